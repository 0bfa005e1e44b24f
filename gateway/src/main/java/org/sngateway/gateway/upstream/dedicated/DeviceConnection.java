// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.PublishQueue;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One device's connection to the broker, from the CONNECT that opens it until the device leaves. Once the broker has let it in it
 * reconnects by itself, each attempt in its turn.
 */
final class DeviceConnection implements BrokerConnection.Listener {
    /** How long leaving waits for the broker's acknowledgements. */
    static final Duration DRAIN_PATIENCE = Duration.ofSeconds(5);

    /** What a message costs beside its topic and payload, roughly. */
    private static final int MESSAGE_OCTETS = 100;

    private static final Disconnection TAKEN_OVER =
            new Disconnection(Cause.TAKEN_OVER, "the connection is lost again and again, and the device is silent");

    /** Whom it serves. */
    interface Owner {
        /** The broker has let the device in. */
        void onAccepted();

        /** It has not, and the connection is closed. */
        void onRefused(PublishOutcome outcome);

        /** The connection is closed for a reason that no attempt will mend. */
        void onDropped(Disconnection disconnection);
    }

    /** A message that the broker has not acknowledged. */
    private static final class UnderWay {
        private final int octets;
        private final PublishListener listener;

        UnderWay(int octets, PublishListener listener) {
            this.octets = octets;
            this.listener = listener;
        }
    }

    private final OwnerLoop loop;
    private final Subscriber device;
    private final DedicatedUplink uplink;
    private final Spec spec;
    private final Owner owner;
    private final BrokerConnection connection;
    private final PublishQueue publishes;
    private final FilterOrders filters;
    private final Redeliveries redeliveries = new Redeliveries();

    private @Nullable Set<UnderWay> underWay;
    private ConnectTurns.@Nullable Turn turn;
    private int attempts;
    private boolean accepted;
    /** What the broker offers; null while it is away. */
    private @Nullable BrokerOffer offer;

    private @Nullable UpstreamMessage will;
    /** Whether the broker has not been given it yet. */
    private boolean willPending;

    private @Nullable PublishListener willListener;

    private final TakeOverWatch takeOver = new TakeOverWatch();
    private long connectedNanos;
    /** Those that this one's last loss is counted among. */
    private @Nullable LossBurst lastLosses;

    private @Nullable End end;
    private OwnerLoop.@Nullable Timer patienceEnd;
    private boolean closing;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    DeviceConnection(Subscriber device, DedicatedUplink uplink, Spec spec, FilterOrders.Held held, Owner owner) {
        this.loop = device.loop();
        this.device = device;
        this.uplink = uplink;
        this.spec = spec;
        this.will = spec.will();
        this.owner = owner;
        this.connection = uplink.connections().create(spec, loop, this);
        this.publishes = new PublishQueue(loop, connection, uplink.limits(), uplink.counters(), uplink.publishStats());
        this.filters =
                new FilterOrders(loop, connection, held, uplink.settings().maxFiltersPerPacket());
    }

    void open() {
        connection.open();
    }

    /** Whether the broker has let the device in, once. */
    boolean isAccepted() {
        return accepted;
    }

    boolean isConnected() {
        return offer != null;
    }

    /** Whether the session at the broker outlives this connection. */
    boolean keepsSession() {
        return spec.keepsSession();
    }

    boolean beganSession() {
        return spec.beginsSession();
    }

    // ---- connecting

    @Override
    public void onAttempt(Runnable begin) {
        if (takeOver.isTakenOver(device.lastHeardNanos(), uplink.connectedSinceNanos(), uplink.connectionCount())) {
            closeNow(End.KEEP_SESSION);
            owner.onDropped(TAKEN_OVER);
        } else {
            turn = uplink.turns().await(begin);
        }
    }

    @Override
    public void onConnected(BrokerOffer offered) {
        loop.assertOwner();
        if (end != null) {
            return;
        }
        offer = offered;
        connectedNanos = loop.nanoTime();
        willPending = false;
        redeliveries.onConnected(offered.sessionPresent(), connectedNanos);
        uplink.counters().deviceConnectionsUp.increment();
        filters.onConnected(offered.sessionPresent());
        if (!accepted) {
            accepted = true;
            Reactions.run(loop, owner::onAccepted);
        }
        answerWillChange(PublishOutcome.ACCEPTED);
        publishes.onConnected(offered);
    }

    @Override
    public void onDisconnected(Disconnection disconnection) {
        loop.assertOwner();
        boolean wasConnected = isConnected();
        noteAway();
        if (end != null) {
            closeWhenDrained();
        } else if (!accepted) {
            onRefused(disconnection);
        } else if (isFinal(disconnection)) {
            closeNow(End.KEEP_SESSION);
            owner.onDropped(disconnection);
        } else if (!wasConnected) {
            answerWillChange(PublishOutcome.CONGESTION);
        } else if (disconnection.cause() != Cause.CLOSED) {
            onLost(loop.nanoTime());
        }
    }

    /** What is under way may be why the broker has closed the connection; that comes to an end by itself. */
    private void onLost(long nowNanos) {
        LossBurst with = uplink.lossesAt(nowNanos);
        if (with != lastLosses) {
            with.add();
            lastLosses = with;
        }
        if (underWay == null || underWay.isEmpty()) {
            takeOver.onLost(connectedNanos, nowNanos, with);
        }
    }

    private void noteAway() {
        if (offer != null) {
            offer = null;
            uplink.counters().deviceConnectionsUp.decrement();
            publishes.onDisconnected();
            filters.onDisconnected();
        }
    }

    /** Another server may let the device in, unless this one knows that it must not. */
    private void onRefused(Disconnection disconnection) {
        attempts++;
        if (attempts >= uplink.settings().servers() || disconnection.outcome() == PublishOutcome.REFUSED) {
            closeNow(End.KEEP_SESSION);
            owner.onRefused(disconnection.outcome());
        }
    }

    private static boolean isFinal(Disconnection disconnection) {
        return disconnection.cause() == Cause.TAKEN_OVER || disconnection.outcome() == PublishOutcome.REFUSED;
    }

    // ---- publishing

    void publish(UpstreamMessage message, PublishListener listener) {
        int octets =
                MESSAGE_OCTETS + message.topic().length() + message.payload().length();
        if (end != null || !uplink.budget().tryTake(octets)) {
            uplink.countRefused(message);
            listener.onPublished(PublishOutcome.CONGESTION);
            return;
        }
        if (underWay == null) {
            underWay = new LinkedHashSet<>(4);
        }
        UnderWay sent = new UnderWay(octets, listener);
        underWay.add(sent);
        publishes.publish(message, outcome -> {
            settle(sent, outcome);
            closeWhenDrained();
        });
    }

    private void settle(UnderWay sent, PublishOutcome outcome) {
        if (underWay != null && underWay.remove(sent)) {
            uplink.budget().giveBack(sent.octets);
            Reactions.run(loop, () -> sent.listener.onPublished(outcome));
        }
    }

    // ---- subscribing

    void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener) {
        BrokerOffer has = offer;
        if (has == null || end != null) {
            listener.onRefused(PublishOutcome.CONGESTION);
        } else if (isTakenBy(has, filter)) {
            filters.subscribe(filter, qos, listener);
        } else {
            listener.onRefused(PublishOutcome.REFUSED);
        }
    }

    private static boolean isTakenBy(BrokerOffer has, TopicFilter filter) {
        return BrokerTopics.isSubscribable(filter) && (!BrokerTopics.isShared(filter) || has.sharedSubscriptions());
    }

    void unsubscribe(TopicFilter filter, Runnable done) {
        filters.unsubscribe(filter, done);
    }

    // ---- what arrives

    /** Not acknowledged when the device is leaving: the broker delivers it again where the device comes back. */
    @Override
    public void onMessage(BrokerMessage message) {
        loop.assertOwner();
        if (end != null) {
            return;
        }
        uplink.counters().publishesDown.increment();
        Runnable taken = redeliveries.receive(message, loop.nanoTime());
        if (taken == null) {
            return;
        }
        if (message.retained() && !uplink.settings().resumable() && filters.hasHadRetained(message.topic())) {
            taken.run();
            return;
        }
        long expires = message.expirySeconds() == BrokerMessage.NO_EXPIRY
                ? Delivery.NEVER
                : loop.deadlineAfter(Duration.ofSeconds(message.expirySeconds()));
        device.onDelivery(new Delivery(
                message.topic(), message.payload(), message.qos(), message.retained(), null, expires, taken));
    }

    // ---- the will

    @Nullable
    UpstreamMessage will() {
        return will;
    }

    /** Whether the will could not be published by the broker, which has not been given it yet. */
    boolean isWillPending() {
        return willPending;
    }

    /**
     * Gives the broker another will; only when the session outlives the connection.
     *
     * @param listener told {@link PublishOutcome#CONGESTION} when the broker is away, and gets the will when it is back
     */
    void changeWill(@Nullable UpstreamMessage changed, PublishListener listener) {
        boolean takenNow = isConnected();
        will = changed;
        willPending = true;
        willListener = listener;
        connection.changeWill(changed);
        if (!takenNow) {
            answerWillChange(PublishOutcome.CONGESTION);
        }
    }

    private void answerWillChange(PublishOutcome outcome) {
        PublishListener told = willListener;
        willListener = null;
        if (told != null) {
            Reactions.run(loop, () -> told.onPublished(outcome));
        }
    }

    // ---- leaving

    /** Closes the connection, for good, as soon as what is under way to the broker has been acknowledged, within limits. */
    CompletionStage<Void> close(End how) {
        if (end == null) {
            end = how;
            cancelTurn();
            uplink.onLeaving(device.clientId(), closed);
            patienceEnd = loop.after(DRAIN_PATIENCE, () -> closeNow(how));
            closeWhenDrained();
        }
        return closed;
    }

    private void closeWhenDrained() {
        if (end != null && (!isConnected() || publishes.isIdle())) {
            closeNow(end);
        }
    }

    /** At once: what is under way counts as not taken. */
    private void closeNow(End how) {
        if (closing) {
            return;
        }
        closing = true;
        if (end == null) {
            uplink.onLeaving(device.clientId(), closed);
        }
        end = how;
        cancelTurn();
        if (patienceEnd != null) {
            patienceEnd.cancel();
            patienceEnd = null;
        }
        uplink.onClosing(this);
        noteAway();
        publishes.close();
        if (underWay != null) {
            List.copyOf(underWay).forEach(sent -> settle(sent, PublishOutcome.CONGESTION));
        }
        var unused = connection.close(how).thenRun(() -> closed.complete(null));
    }

    private void cancelTurn() {
        if (turn != null) {
            turn.cancel();
            turn = null;
        }
    }
}
