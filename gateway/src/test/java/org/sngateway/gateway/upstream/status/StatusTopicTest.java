// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.loop.OwnerLoop;

class StatusTopicTest {
    private static final Duration INTERVAL = Duration.ofSeconds(60);
    private static final String OFFLINE = "{\"status\":\"offline\",\"version\":\"1.2\"}";

    private final ManualLoop loop = new ManualLoop();
    private final Map<String, Long> counts = new LinkedHashMap<>(Map.of("sessions", 1L));
    private final Broker broker = new Broker();
    private final StatusTopic status = new StatusTopic(
            "t/status", "gw-status", "1.2", Instant.EPOCH, INTERVAL, () -> counts, loop, broker::create);

    /** The other end of the one connection. */
    private static final class Broker implements BrokerConnection {
        private record Sent(UpstreamMessage message, PublishListener listener) {}

        private @Nullable Spec spec;
        private @Nullable Listener listener;
        private boolean opened;
        private boolean connected;
        private @Nullable End end;
        private final Deque<Sent> sent = new ArrayDeque<>();

        BrokerConnection create(Spec asked, OwnerLoop ignored, Listener told) {
            spec = asked;
            listener = told;
            return this;
        }

        void accept() {
            connected = true;
            listener().onConnected(new BrokerOffer(false, 20, Qos.EXACTLY_ONCE, true, true));
        }

        void lose() {
            connected = false;
            sent.clear();
            listener().onDisconnected(new Disconnection(Disconnection.Cause.LOST, "gone"));
        }

        Listener listener() {
            return Objects.requireNonNull(listener);
        }

        Sent expect(String json) {
            Sent next = sent.poll();
            assertThat(next).isNotNull();
            assertThat(next.message.payload().toUtf8()).isEqualTo(json);
            assertThat(next.message.topic()).isEqualTo("t/status");
            assertThat(next.message.retain()).isTrue();
            assertThat(next.message.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
            return next;
        }

        @Override
        public void open() {
            opened = true;
        }

        @Override
        public void publish(UpstreamMessage message, PublishListener published) {
            assertThat(connected).isTrue();
            sent.add(new Sent(message, published));
        }

        @Override
        public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
            throw new AssertionError("it subscribes to nothing");
        }

        @Override
        public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
            throw new AssertionError("it subscribes to nothing");
        }

        @Override
        public void changeWill(@Nullable UpstreamMessage will) {
            throw new AssertionError("its will stays");
        }

        @Override
        public CompletionStage<Void> close(End how) {
            assertThat(end).as("closed before").isNull();
            end = how;
            return CompletableFuture.completedFuture(null);
        }
    }

    private static String online(int sessions) {
        return "{\"status\":\"online\",\"version\":\"1.2\",\"since\":\"1970-01-01T00:00:00Z\",\"sessions\":%d}"
                .formatted(sessions);
    }

    private void open() {
        status.open();
        loop.runPending();
        broker.accept();
    }

    @Test
    void shouldLeaveItToTheBrokerToSayThatTheGatewayIsGone() {
        BrokerConnection.Spec spec = Objects.requireNonNull(broker.spec);
        UpstreamMessage will = Objects.requireNonNull(spec.will());

        assertThat(spec.clientId()).isEqualTo("gw-status");
        assertThat(spec.keepsSession()).isFalse();
        assertThat(will.payload().toUtf8()).isEqualTo(OFFLINE);
        assertThat(will.retain()).isTrue();
        assertThat(will.topic()).isEqualTo("t/status");
    }

    @Test
    void shouldSayThatTheGatewayIsThereOnEachConnection() {
        open();
        broker.expect(online(1)).listener.onPublished(PublishOutcome.ACCEPTED);
        broker.lose();
        loop.advance(INTERVAL.multipliedBy(3));
        assertThat(broker.sent).isEmpty();

        broker.accept();

        broker.expect(online(1));
    }

    @Test
    void shouldSayWhatHasChangedAndNothingElse() {
        open();
        broker.expect(online(1)).listener.onPublished(PublishOutcome.ACCEPTED);
        loop.advance(INTERVAL.multipliedBy(2));
        assertThat(broker.sent).isEmpty();

        counts.put("sessions", 2L);
        loop.advance(INTERVAL);

        broker.expect(online(2));
    }

    @Test
    void shouldSayAgainWhatTheBrokerHadNoRoomFor() {
        open();
        broker.expect(online(1)).listener.onPublished(PublishOutcome.CONGESTION);

        loop.advance(INTERVAL);

        broker.expect(online(1));
    }

    @Test
    void shouldHaveOneMessageUnderWayAtMost() {
        open();
        counts.put("sessions", 2L);
        loop.advance(INTERVAL.multipliedBy(5));

        assertThat(broker.sent).hasSize(1);
    }

    @Test
    void shouldStopWhereTheBrokerRefuses() {
        open();
        broker.expect(online(1)).listener.onPublished(PublishOutcome.REFUSED);
        counts.put("sessions", 2L);
        loop.advance(INTERVAL.multipliedBy(2));
        assertThat(broker.sent).isEmpty();
        assertThat(loop.armedTimers()).isZero();

        broker.lose();
        broker.accept();

        broker.expect(online(2)); // it may have been allowed meanwhile
    }

    @Test
    void shouldSayThatTheGatewayStops() {
        open();
        broker.expect(online(1)).listener.onPublished(PublishOutcome.ACCEPTED);

        CompletableFuture<Void> closed = status.close().toCompletableFuture();
        loop.runPending();
        assertThat(broker.end).isNull();
        broker.expect(OFFLINE).listener.onPublished(PublishOutcome.ACCEPTED);

        assertThat(broker.end).isEqualTo(BrokerConnection.End.END_SESSION);
        assertThat(closed).isCompleted();
        loop.advance(INTERVAL);
        assertThat(broker.sent).isEmpty();
    }

    @Test
    void shouldNotWaitLongForABrokerThatDoesNotAnswer() {
        open();
        CompletableFuture<Void> closed = status.close().toCompletableFuture();
        loop.advance(Duration.ofSeconds(1));
        assertThat(closed).isNotDone();

        loop.advance(Duration.ofSeconds(1));

        assertThat(closed).isCompleted();
    }

    @Test
    void shouldCloseWithoutABroker() {
        status.open();
        CompletableFuture<Void> closed = status.close().toCompletableFuture();
        loop.runPending();

        assertThat(closed).isCompleted();
        assertThat(broker.opened).isTrue();
    }

    @Test
    void shouldCloseWhenTheConnectionIsLostMeanwhile() {
        open();
        CompletableFuture<Void> closed = status.close().toCompletableFuture();
        loop.runPending();

        broker.lose();

        assertThat(closed).isCompleted();
    }
}
