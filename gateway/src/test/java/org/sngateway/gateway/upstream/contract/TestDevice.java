// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * A device as a session stands for it: it asks one thing after the other, waits for the answer, and takes what is delivered at once. That
 * everything is told on its loop is checked. For one thread.
 */
final class TestDevice implements Subscriber {
    private static final int ATTEMPTS = 50;
    private static final long ATTEMPT_NANOS = 100_000_000;

    private final OwnerLoop loop;
    private final String clientId;
    private final DeviceUplink uplink;
    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private final BlockingQueue<Disconnection> drops = new LinkedBlockingQueue<>();

    /**
     * A message as the device gets it.
     *
     * @param payload as text
     * @param qos 0..2
     */
    record Received(String topic, String payload, int qos, boolean retained) {}

    TestDevice(OwnerLoop loop, Uplink uplink, String clientId) {
        this.loop = loop;
        this.clientId = clientId;
        this.uplink = TestUpstream.on(loop, () -> uplink.forDevice(this));
    }

    // ---- what it asks for

    TestDevice connect(boolean cleanSession) {
        return connect(cleanSession, null);
    }

    TestDevice connect(boolean cleanSession, @Nullable UpstreamMessage will) {
        CompletableFuture<PublishOutcome> told = new CompletableFuture<>();
        loop.execute(() -> uplink.connect(cleanSession, will, new DeviceUplink.ConnectListener() {
            @Override
            public void onAccepted() {
                loop.assertOwner();
                uplink.onAwake(true);
                told.complete(PublishOutcome.ACCEPTED);
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                told.complete(outcome);
            }
        }));
        assertThat(TestUpstream.await(told)).as("%s connects", clientId).isEqualTo(PublishOutcome.ACCEPTED);
        return this;
    }

    void disconnect(boolean kept) {
        TestUpstream.await(CompletableFuture.runAsync(
                () -> {
                    uplink.onAwake(false);
                    uplink.disconnect(kept);
                },
                loop));
    }

    /** Tries again for as long as there is congestion, as a session does. */
    void lose(boolean kept, @Nullable UpstreamMessage will) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> lose(kept, will, done));
        TestUpstream.await(done);
    }

    private void lose(boolean kept, @Nullable UpstreamMessage will, CompletableFuture<Void> done) {
        uplink.onAwake(false);
        uplink.lose(kept, will, outcome -> {
            loop.assertOwner();
            if (outcome == PublishOutcome.CONGESTION) {
                loop.after(Duration.ofMillis(100), () -> lose(kept, will, done));
            } else {
                done.complete(null);
            }
        });
    }

    PublishOutcome changeWill(@Nullable UpstreamMessage will) {
        CompletableFuture<PublishOutcome> told = new CompletableFuture<>();
        loop.execute(() -> uplink.changeWill(will, told::complete));
        return TestUpstream.await(told);
    }

    /** The granted QoS. A broker may have closed the connection just then: told "congestion", a device tries again. */
    int subscribe(String filter, int qos) {
        CompletableFuture<Integer> told = new CompletableFuture<>();
        PublishOutcome refusal = subscribe(filter, qos, told);
        for (int attempt = 0; attempt < ATTEMPTS && refusal == PublishOutcome.CONGESTION; attempt++) {
            LockSupport.parkNanos(ATTEMPT_NANOS);
            refusal = subscribe(filter, qos, told);
        }
        assertThat(refusal).as("%s subscribes to %s", clientId, filter).isNull();
        return told.join();
    }

    /** Why the subscription is refused. */
    PublishOutcome subscribeInVain(String filter) {
        PublishOutcome refusal = subscribe(filter, 1, new CompletableFuture<>());
        return Objects.requireNonNull(refusal, () -> clientId + " may subscribe to " + filter);
    }

    private @Nullable PublishOutcome subscribe(String filter, int qos, CompletableFuture<Integer> granted) {
        CompletableFuture<@Nullable PublishOutcome> refused = new CompletableFuture<>();
        loop.execute(() -> uplink.subscribe(new TopicFilter(filter), qos(qos), new SubscribeListener() {
            @Override
            public void onGranted(Qos answer) {
                loop.assertOwner();
                granted.complete(answer.level());
                refused.complete(null);
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                loop.assertOwner();
                refused.complete(outcome);
            }
        }));
        return refused.orTimeout(TestUpstream.PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    void unsubscribe(String filter) {
        CompletableFuture<Void> told = new CompletableFuture<>();
        loop.execute(() -> uplink.unsubscribe(new TopicFilter(filter), () -> told.complete(null)));
        TestUpstream.await(told);
    }

    CompletableFuture<PublishOutcome> publishing(UpstreamMessage message) {
        CompletableFuture<PublishOutcome> told = new CompletableFuture<>();
        loop.execute(() -> uplink.publish(message, outcome -> {
            loop.assertOwner();
            told.complete(outcome);
        }));
        return told;
    }

    PublishOutcome publish(UpstreamMessage message) {
        return TestUpstream.await(publishing(message));
    }

    void publish(String topic, String payload, int qos) {
        assertThat(publish(message(topic, payload, qos, false))).isEqualTo(PublishOutcome.ACCEPTED);
    }

    static UpstreamMessage message(String topic, String payload, int qos, boolean retain) {
        return new UpstreamMessage(topic, Payload.utf8(payload), qos(qos), retain);
    }

    private static Qos qos(int level) {
        return switch (level) {
            case 0 -> Qos.AT_MOST_ONCE;
            case 1 -> Qos.AT_LEAST_ONCE;
            case 2 -> Qos.EXACTLY_ONCE;
            default -> throw new IllegalArgumentException("QoS " + level);
        };
    }

    // ---- what it gets

    Delivery awaitDelivery() throws InterruptedException {
        Delivery delivery = deliveries.poll(TestUpstream.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(delivery).as("delivery to %s", clientId).isNotNull();
        return delivery;
    }

    Received await() throws InterruptedException {
        return received(awaitDelivery());
    }

    List<Received> await(int count) throws InterruptedException {
        List<Received> all = new ArrayList<>(count);
        while (all.size() < count) {
            Delivery next = deliveries.poll(TestUpstream.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next)
                    .as("delivery to %s after %s", clientId, all.size() > 20 ? all.size() : all)
                    .isNotNull();
            all.add(received(next));
        }
        return all;
    }

    List<String> awaitPayloads(int count) throws InterruptedException {
        return await(count).stream().map(Received::payload).toList();
    }

    /** What comes up to and including the message with this payload. */
    List<Received> awaitUntil(String payload) throws InterruptedException {
        List<Received> all = new ArrayList<>();
        do {
            all.add(await());
        } while (!all.get(all.size() - 1).payload().equals(payload));
        return all;
    }

    /** Whether a message whose payload begins like this comes within this time; others are dropped. */
    boolean getsWithin(String prefix, Duration time) throws InterruptedException {
        while (true) {
            Delivery next = deliveries.poll(time.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null || next.payload().toUtf8().startsWith(prefix)) {
                return next != null;
            }
        }
    }

    /** Whether something comes within this time. */
    boolean getsSomethingWithin(Duration time) throws InterruptedException {
        return getsSomethingWithin(time, new ArrayList<>());
    }

    /** The same, and its payload is added to {@code payloads}. */
    boolean getsSomethingWithin(Duration time, List<String> payloads) throws InterruptedException {
        Delivery next = deliveries.poll(time.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null) {
            payloads.add(next.payload().toUtf8());
        }
        return next != null;
    }

    /** What has been delivered and not been taken by the test; does not wait. */
    List<Received> soFar() {
        List<Delivery> drained = new ArrayList<>();
        deliveries.drainTo(drained);
        return drained.stream().map(TestDevice::received).toList();
    }

    private static Received received(Delivery delivery) {
        return new Received(
                delivery.topic(), delivery.payload().toUtf8(), delivery.qos().level(), delivery.retained());
    }

    List<Disconnection> drops() {
        return List.copyOf(drops);
    }

    // ---- Subscriber

    @Override
    public OwnerLoop loop() {
        return loop;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public long lastHeardNanos() {
        return loop.nanoTime();
    }

    @Override
    public void onDelivery(Delivery delivery) {
        loop.assertOwner();
        deliveries.add(delivery);
        delivery.taken().run();
    }

    @Override
    public void onDropped(Disconnection disconnection) {
        loop.assertOwner();
        drops.add(disconnection);
    }
}
