// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** A connection on a loop of its own and what it tells; the test waits for one event after the other. */
final class ConnectionProbe implements AutoCloseable, BrokerConnection.Listener {
    sealed interface Event {}

    record Connected(BrokerOffer offer) implements Event {}

    record Disconnected(Disconnection.Cause cause, String reason) implements Event {}

    record Message(BrokerMessage message) implements Event {}

    /** One of the gateway's own connections. */
    static final Spec SHARED = new Spec("probe-0", new Identity.OfGateway(), true, true, null);

    private static final int PATIENCE_SECONDS = 20;

    private final OwnerLoops loops = OwnerLoops.start(1);
    final EventLoopOwnerLoop loop = loops.loops().get(0);
    final GatewayCounters counters = new GatewayCounters();
    private final BrokerConnection connection;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<String> offLoop = new ArrayList<>();
    /** Thrown, once, by the next message. */
    volatile @Nullable Error failure;

    ConnectionProbe(UpstreamConfig config) {
        this(config, SHARED);
    }

    ConnectionProbe(UpstreamConfig config, Spec spec) {
        connection = new HivemqConnectionFactory(config, any -> loop.group(), counters).create(spec, loop, this);
    }

    ConnectionProbe open() {
        loop.execute(connection::open);
        return this;
    }

    // ---- what the connection tells

    @Override
    public void onConnected(BrokerOffer offer) {
        note(new Connected(offer));
    }

    @Override
    public void onDisconnected(Disconnection disconnection) {
        note(new Disconnected(disconnection.cause(), disconnection.reason()));
    }

    @Override
    public void onMessage(BrokerMessage message) {
        note(new Message(message));
        Error thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown;
        }
    }

    private void note(Event event) {
        noteThread(event);
        events.add(event);
    }

    private synchronized void noteThread(Object what) {
        if (!loop.isOwner()) {
            offLoop.add(what + " on " + Thread.currentThread().getName());
        }
    }

    // ---- what the test waits for

    BrokerOffer awaitConnected() throws InterruptedException {
        return await(Connected.class).offer();
    }

    Disconnected awaitDisconnected() throws InterruptedException {
        return await(Disconnected.class);
    }

    BrokerMessage awaitMessage() throws InterruptedException {
        return await(Message.class).message();
    }

    /** Waits for an event of this kind, others pass by. */
    private <T extends Event> T await(Class<T> kind) throws InterruptedException {
        while (true) {
            Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(event).as("%s in time", kind.getSimpleName()).isNotNull();
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
        }
    }

    /** What has been told within {@code duration} and not awaited before. */
    List<Event> eventsWithin(Duration duration) {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        loop.execute(() -> loop.after(duration, () -> passed.complete(null)));
        passed.join();
        List<Event> drained = new ArrayList<>();
        events.drainTo(drained);
        return drained;
    }

    // ---- what the test does

    CompletableFuture<PublishOutcome> publish(String topic, Qos qos) {
        return publish(new UpstreamMessage(topic, Payload.utf8("x"), qos, false));
    }

    CompletableFuture<PublishOutcome> publish(UpstreamMessage message) {
        CompletableFuture<PublishOutcome> told = new CompletableFuture<>();
        loop.execute(() -> connection.publish(message, outcome -> {
            noteThread(outcome);
            told.complete(outcome);
        }));
        return told.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    List<FilterAnswer> subscribe(String... filters) {
        return subscribing(RetainHandling.SEND, filters).join();
    }

    CompletableFuture<List<FilterAnswer>> subscribing(RetainHandling retained, String... filters) {
        List<FilterRequest> requests = Stream.of(filters)
                .map(filter -> new FilterRequest(new TopicFilter(filter), Qos.AT_LEAST_ONCE, retained))
                .toList();
        return onLoop(() -> connection.subscribe(requests));
    }

    CompletableFuture<Boolean> unsubscribe(String... filters) {
        return onLoop(() ->
                connection.unsubscribe(Stream.of(filters).map(TopicFilter::new).toList()));
    }

    private <T> CompletableFuture<T> onLoop(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            var unused = call.get().whenComplete((value, failed) -> {
                noteThread(value);
                if (failed == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failed);
                }
            });
        });
        return result.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    CompletableFuture<Void> closeConnection() {
        return closeConnection(End.KEEP_SESSION);
    }

    CompletableFuture<Void> closeConnection(End end) {
        return connection.close(end).toCompletableFuture().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Closes and checks that everything was told on the loop. */
    @Override
    public void close() {
        closeConnection().join();
        loops.close();
        synchronized (this) {
            assertThat(offLoop).as("told off the loop").isEmpty();
        }
    }
}
