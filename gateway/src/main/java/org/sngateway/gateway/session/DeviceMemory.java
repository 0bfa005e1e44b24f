// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredExchange;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredTopicId;
import org.sngateway.gateway.store.StoredWill;
import org.sngateway.gateway.store.WriteFailure;
import org.sngateway.gateway.store.WriteListener;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * What survives a restart of the gateway of one device's session. A kept session is stored with all its parts; of one that is not kept only
 * what its will needs. What the device is to be told waits until what it relies on is on the disk; where nothing need be, it is told at once.
 */
final class DeviceMemory {
    /**
     * The session itself as it is now.
     *
     * @param address where the device is; null when that is not known
     * @param identity who has proved to be the device; null while nobody had to
     * @param keepAlive seconds
     * @param sleep seconds; 0 while it does not sleep
     * @param nanosToLive how long it may be silent; 0 for ever
     */
    record Facts(
            SessionState state,
            @Nullable DeviceAddress address,
            @Nullable String identity,
            int keepAlive,
            int sleep,
            long nanosToLive,
            @Nullable DeviceWill will) {}

    private final String clientId;
    private final SessionSettings settings;
    private final OwnerLoop loop;
    private final @Nullable Store store;

    /** Whether the parts of the session are stored, too. */
    private boolean kept;
    /** What the file says of the session itself, or soon will; null when it is not there. */
    private @Nullable StoredSession saved;
    /** The file does not say what it should: it could not be written when it changed. */
    private boolean stale;

    private long lastDeliverySeq;
    private long lastPosition;
    /** Message ids that the gateway gives begin after this one. */
    private int firstMsgId;

    DeviceMemory(String clientId, SessionSettings settings, OwnerLoop loop) {
        this.clientId = clientId;
        this.settings = settings;
        this.loop = loop;
        this.store = settings.store();
    }

    /** Whether what is told here is stored. */
    boolean isKept() {
        return store != null && kept;
    }

    void setKept(boolean kept) {
        this.kept = kept;
    }

    // ---- the session itself

    /**
     * Stores the session as it is now, if it must outlive the process: because it is kept, or for its will.
     *
     * @param refused run when it cannot be stored
     */
    void save(Facts facts, Runnable durable, Runnable refused) {
        StoredSession before = saved;
        if (store == null || (!kept && facts.will == null)) {
            forget();
            durable.run();
            return;
        }
        StoredSession now = row(facts);
        saved = now;
        boolean promisesNothingNew = before != null
                && !stale
                && before.cleanSession() == now.cleanSession()
                && Objects.equals(before.identity(), now.identity())
                && Objects.equals(before.will(), now.will());
        if (promisesNothingNew) {
            note(now);
            durable.run();
        } else {
            write(new Change.PutSession(now), durable, () -> {
                stale = true;
                refused.run();
            });
        }
    }

    /** Stores the state of a session that is stored; nobody waits for it. */
    void noteState(Facts facts) {
        if (store != null && saved != null) {
            StoredSession now = row(facts);
            saved = now;
            note(now);
        }
    }

    private void note(StoredSession now) {
        write(new Change.PutSession(now), () -> stale = false, () -> stale = true);
    }

    /** The store takes again what it refused. */
    void repair() {
        StoredSession now = saved;
        if (stale && now != null) {
            note(now);
        }
    }

    private StoredSession row(Facts facts) {
        DeviceWill will = facts.will;
        StoredWill storedWill = will == null
                ? null
                : new StoredWill(
                        will.header().topic(),
                        will.message(),
                        will.header().qos(),
                        will.header().retain());
        long deadline = facts.nanosToLive <= 0 ? 0 : settings.wallClock().millis() + facts.nanosToLive / 1_000_000;
        // Of a session that is not kept too little is left after a restart to go on.
        String where = kept && facts.address != null
                ? StoredAddress.write(facts.address, settings.config().listeners())
                : null;
        return new StoredSession(
                clientId,
                !kept,
                facts.keepAlive,
                facts.sleep,
                facts.state.name(),
                deadline,
                storedWill,
                where,
                facts.identity);
    }

    /** Nothing of the session is stored any more. */
    void forget() {
        if (store != null && saved != null) {
            store.write(new Change.DeleteSession(clientId));
        }
        saved = null;
        kept = false;
        stale = false;
        lastDeliverySeq = 0;
        lastPosition = 0;
        firstMsgId = 0;
    }

    // ---- its parts

    void addTopicId(int id, String topicName, Runnable durable, Runnable refused) {
        writeIfKept(topicId(id, topicName), durable, refused);
    }

    private Change topicId(int id, String topicName) {
        return new Change.PutTopicId(new StoredTopicId(clientId, id, topicName, true));
    }

    /** @param topicId the normal id that the device is told with the answer; 0 for none */
    void addSubscription(Subscription subscription, int topicId, Runnable durable, Runnable refused) {
        if (!isKept()) {
            durable.run();
            return;
        }
        TopicRef named = subscription.named();
        StoredSubscription.Naming naming = named instanceof TopicRef.Predefined
                ? StoredSubscription.Naming.PREDEFINED_ID
                : named instanceof TopicRef.ShortName
                        ? StoredSubscription.Naming.SHORT_NAME
                        : StoredSubscription.Naming.NAME;
        if (subscription.position() == 0) {
            subscription.setPosition(++lastPosition);
        }
        int predefinedId = named instanceof TopicRef.Predefined predefined ? predefined.id() : 0;
        Change put = new Change.PutSubscription(new StoredSubscription(
                clientId,
                subscription.name(),
                subscription.requested(),
                subscription.granted(),
                naming,
                predefinedId,
                subscription.position()));
        String exact = subscription.exactTopic();
        if (topicId != 0 && exact != null && naming == StoredSubscription.Naming.NAME) {
            put = new Change.Together(List.of(topicId(topicId, exact), put));
        }
        write(put, durable, refused);
    }

    void removeSubscription(Subscription subscription, Runnable done) {
        writeIfKept(new Change.DeleteSubscription(clientId, subscription.name()), done, done);
    }

    void addExchange(int msgId, int content, Runnable done) {
        writeIfKept(new Change.PutExchange(new StoredExchange(clientId, msgId, content)), done, done);
    }

    void removeExchange(int msgId) {
        noteIfKept(new Change.DeleteExchange(clientId, msgId));
    }

    /** The number of the next delivery to store. */
    long nextDeliverySeq() {
        return ++lastDeliverySeq;
    }

    /** @param msgId given beforehand; 0 for none */
    void addDelivery(
            long seq, String topic, String via, Delivery delivery, int msgId, Runnable durable, Runnable refused) {
        long expiresMillis = delivery.expiresNanos() == Delivery.NEVER
                ? 0
                : Math.max(1, settings.wallClock().millis() + (delivery.expiresNanos() - loop.nanoTime()) / 1_000_000);
        Qos qos = delivery.qos();
        writeIfKept(
                new Change.AddDelivery(new StoredDelivery(
                        clientId,
                        seq,
                        topic,
                        delivery.payload(),
                        qos,
                        delivery.retained(),
                        via,
                        expiresMillis,
                        msgId,
                        false)),
                durable,
                refused);
    }

    /** The device has it, but does not know yet that it may pass it on. */
    void markReceived(long seq, int msgId, Runnable done) {
        writeIfKept(new Change.UpdateDelivery(clientId, seq, msgId, true), done, done);
    }

    void removeDelivery(long seq) {
        noteIfKept(new Change.DeleteDelivery(clientId, seq));
    }

    // ---- restoring

    void restore(StoredSession session, long deliverySeq, long position) {
        kept = !session.cleanSession();
        saved = session;
        lastDeliverySeq = deliverySeq;
        lastPosition = position;
        // As far on as milliseconds have gone by: devices answer more slowly, so these are not the ids of just before
        // the
        // restart, and a late answer to one of those is not taken for the answer to another message.
        firstMsgId = (int) Math.floorMod(settings.wallClock().millis(), 0xFFFFL);
    }

    /** The message id after which those that the gateway gives begin: 0, or elsewhere after a restart. */
    int firstMsgId() {
        return firstMsgId;
    }

    // ---- writing

    private void noteIfKept(Change change) {
        if (store != null && kept) {
            store.write(change);
        }
    }

    private void writeIfKept(Change change, Runnable durable, Runnable refused) {
        if (isKept()) {
            write(change, durable, refused);
        } else {
            durable.run();
        }
    }

    private void write(Change change, Runnable durable, Runnable refused) {
        if (store == null) {
            durable.run();
            return;
        }
        boolean accepted = store.write(change, loop, new WriteListener() {
            @Override
            public void onDurable() {
                durable.run();
            }

            @Override
            public void onFailed(WriteFailure reason) {
                refused.run();
            }
        });
        if (!accepted) {
            refused.run();
        }
    }
}
