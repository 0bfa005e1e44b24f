// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.StoreConfig;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.DurableStore;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredPlacement;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredTopicId;
import org.sngateway.transport.loop.Clocks;

/**
 * A store as a gateway leaves it: sleeping devices that have subscribed to a topic each, know it and some more by topic ids, and have messages of
 * QoS 1 waiting.
 */
public final class KeptSessions {
    private static final StoreConfig CONFIG = new StoreConfig(null, 64L << 30, 8 << 20, 64L << 30, null);
    private static final int SLEEP_SECONDS = 3600;

    private KeptSessions() {}

    /**
     * Fills the store in {@code directory}, which is made if it is not there.
     *
     * @param sessions devices, numbered from 0
     * @param messages for the devices in turn; each begins with its device's number, in eight octets
     * @param topicIds of each device, 1..1000; the first is that of its subscription
     * @param payloadOctets of each message, 8 or more
     * @throws IOException when the directory cannot be used or the disk takes no more
     */
    public static void fill(Path directory, int sessions, int messages, int topicIds, int payloadOctets)
            throws IOException, InterruptedException {
        try (Store store = DurableStore.open(directory, CONFIG, Clocks.wall(), Clocks.monotonic())) {
            for (int i = 0; i < sessions; i++) {
                addDevice(store, i, topicIds);
            }
            for (int i = 0; i < messages; i++) {
                int device = i % sessions;
                byte[] payload = new byte[payloadOctets];
                ByteBuffer.wrap(payload).putLong(device);
                write(
                        store,
                        new Change.AddDelivery(new StoredDelivery(
                                clientId(device),
                                i / sessions + 1,
                                topic(device),
                                Payload.wrap(payload),
                                Qos.AT_LEAST_ONCE,
                                false,
                                topic(device),
                                0,
                                0,
                                false)));
            }
        }
    }

    /** The client id of a device. */
    public static String clientId(int device) {
        return "kept-" + device;
    }

    private static String topic(int device) {
        return "bench/down/" + device;
    }

    private static void addDevice(Store store, int device, int topicIds) throws IOException, InterruptedException {
        String clientId = clientId(device);
        write(
                store,
                new Change.PutSession(
                        new StoredSession(clientId, false, 60, SLEEP_SECONDS, "ASLEEP", 0, null, null, null)));
        write(
                store,
                new Change.PutSubscription(new StoredSubscription(
                        clientId,
                        topic(device),
                        Qos.AT_LEAST_ONCE,
                        Qos.AT_LEAST_ONCE,
                        StoredSubscription.Naming.NAME,
                        0,
                        1)));
        write(store, new Change.PutTopicId(new StoredTopicId(clientId, 1, topic(device), true)));
        for (int id = 2; id <= topicIds; id++) {
            write(store, new Change.PutTopicId(new StoredTopicId(clientId, id, "bench/up/" + device + "/" + id, true)));
        }
        write(store, new Change.PutPlacement(new StoredPlacement(topic(device), 0, Qos.AT_LEAST_ONCE)));
    }

    /** Waits for room when too much is pending. */
    private static void write(Store store, Change change) throws IOException, InterruptedException {
        while (!store.write(change)) {
            StoreStatus status = store.status();
            if (status.state() != StoreStatus.State.OK) {
                throw new IOException("the store does not work: " + status.reason());
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }
}
