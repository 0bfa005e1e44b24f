// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One device and its connections to the broker, of which there is at most one at a time: the next is opened when the one before is
 * closed. A CONNECT that goes on with the session goes on with the connection.
 */
final class DedicatedDevice implements DeviceUplink, DeviceConnection.Owner {
    /** How long a connection waits for the end of the one before; longer than that takes to drain. */
    static final Duration CLOSE_PATIENCE = DeviceConnection.DRAIN_PATIENCE.plus(Duration.ofSeconds(3));

    private final Subscriber device;
    private final OwnerLoop loop;
    private final DedicatedUplink uplink;
    private final FilterOrders.Held subscribed = new FilterOrders.Held();

    private @Nullable Opening opening;
    private @Nullable DeviceConnection current;
    private @Nullable ConnectListener asking;

    DedicatedDevice(Subscriber device, DedicatedUplink uplink) {
        this.device = device;
        this.loop = device.loop();
        this.uplink = uplink;
    }

    // ---- connecting

    @Override
    public void connect(boolean cleanSession, @Nullable UpstreamMessage will, ConnectListener listener) {
        loop.assertOwner();
        if (uplink.isOwnClientId(device.clientId()) || (will != null && !BrokerTopics.isPublishable(will.topic()))) {
            leave(!cleanSession);
            listener.onRefused(PublishOutcome.REFUSED);
            return;
        }
        DeviceConnection existing = current;
        if (existing != null && existing.isAccepted() && !existing.beganSession() && !cleanSession) {
            goOn(existing, will, listener);
            return;
        }
        leave(!cleanSession);
        if (uplink.isClosing() || uplink.turns().isFull()) {
            listener.onRefused(PublishOutcome.CONGESTION);
            return;
        }
        asking = listener;
        boolean keepsSession = !cleanSession || uplink.settings().resumable();
        String clientId = device.clientId();
        Spec spec = new Spec(clientId, new Identity.OfDevice(clientId), cleanSession, keepsSession, will);
        CompletionStage<Void> before = uplink.closingOf(clientId);
        if (before == null) {
            open(spec);
        } else {
            opening = new Opening(spec, before);
        }
    }

    /**
     * The broker has let the device in before, and its session goes on, messages under way included; also while the broker is away, as
     * for a device that did not connect again.
     */
    private void goOn(DeviceConnection existing, @Nullable UpstreamMessage will, ConnectListener listener) {
        if (Objects.equals(will, existing.will())) {
            listener.onAccepted();
            return;
        }
        asking = listener;
        existing.changeWill(will, outcome -> {
            if (asking == listener) {
                onAccepted();
            }
        });
    }

    /** A connection that waits for the end of the one before. */
    private final class Opening {
        private final Spec spec;
        private final OwnerLoop.Timer patienceEnd;

        Opening(Spec spec, CompletionStage<Void> before) {
            this.spec = spec;
            this.patienceEnd = loop.after(CLOSE_PATIENCE, this::begin);
            var unused = before.thenRun(() -> loop.execute(this::begin));
        }

        private void begin() {
            if (opening == this) {
                cancel();
                open(spec);
            }
        }

        void cancel() {
            opening = null;
            patienceEnd.cancel();
        }
    }

    private void open(Spec spec) {
        DeviceConnection opened = new DeviceConnection(device, uplink, spec, subscribed, this);
        current = opened;
        uplink.onOpening(opened);
        opened.open();
    }

    @Override
    public void onAccepted() {
        ConnectListener told = asking;
        asking = null;
        if (told != null) {
            told.onAccepted();
        }
    }

    @Override
    public void onRefused(PublishOutcome outcome) {
        current = null;
        ConnectListener told = asking;
        asking = null;
        if (told != null) {
            told.onRefused(outcome);
        }
    }

    // ---- leaving

    @Override
    public void disconnect(boolean kept) {
        loop.assertOwner();
        leave(kept);
    }

    /** A session that the broker has not been asked for successfully is not ended: it may have been there before. */
    private void leave(boolean kept) {
        asking = null;
        if (opening != null) {
            opening.cancel();
        }
        DeviceConnection left = current;
        current = null;
        boolean keeps = kept;
        if (left != null) {
            keeps = !left.beganSession() && (kept || !left.isAccepted());
            var unused = left.close(keeps ? End.KEEP_SESSION : End.END_SESSION);
        }
        if (!keeps) {
            subscribed.clear();
        }
    }

    /** While the broker is away it publishes the will itself, as soon as it misses the connection. */
    @Override
    public void lose(boolean kept, @Nullable UpstreamMessage will, PublishListener listener) {
        loop.assertOwner();
        DeviceConnection lost = current;
        if (lost == null || will == null) {
            leave(kept);
        } else if (lost.isWillPending()) {
            listener.onPublished(PublishOutcome.CONGESTION);
            return;
        } else {
            var unused = lost.close(kept ? End.PUBLISH_WILL : End.PUBLISH_WILL_AND_END_SESSION);
            current = null;
            leave(kept);
        }
        listener.onPublished(PublishOutcome.ACCEPTED);
    }

    @Override
    public void onDropped(Disconnection disconnection) {
        current = null;
        asking = null;
        subscribed.clear();
        device.onDropped(disconnection);
    }

    // ---- what the device asks for

    @Override
    public void publish(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        if (current == null) {
            uplink.countRefused(message);
            listener.onPublished(PublishOutcome.CONGESTION);
        } else {
            current.publish(message, listener);
        }
    }

    @Override
    public void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener) {
        loop.assertOwner();
        if (current == null) {
            listener.onRefused(PublishOutcome.CONGESTION);
        } else {
            current.subscribe(filter, qos, listener);
        }
    }

    /** The broker keeps the device's subscriptions. */
    @Override
    public void resume(TopicFilter filter, Qos qos) {}

    @Override
    public void unsubscribe(TopicFilter filter, Runnable done) {
        loop.assertOwner();
        if (current != null) {
            current.unsubscribe(filter, done);
        }
    }

    @Override
    public void changeWill(@Nullable UpstreamMessage will, PublishListener listener) {
        loop.assertOwner();
        DeviceConnection connected = current;
        if (connected != null && Objects.equals(will, connected.will())) {
            listener.onPublished(PublishOutcome.ACCEPTED);
        } else if (connected == null || !connected.isConnected()) {
            listener.onPublished(PublishOutcome.CONGESTION);
        } else if (!connected.keepsSession() || (will != null && !BrokerTopics.isPublishable(will.topic()))) {
            listener.onPublished(PublishOutcome.REFUSED);
        } else {
            UpstreamMessage before = connected.will();
            connected.changeWill(will, outcome -> {
                if (outcome != PublishOutcome.ACCEPTED) {
                    connected.changeWill(before, nobody -> {});
                }
                listener.onPublished(outcome);
            });
        }
    }

    /** The broker need not know. */
    @Override
    public void onAwake(boolean awake) {
        loop.assertOwner();
    }
}
