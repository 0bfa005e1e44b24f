// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.CommitLatency;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.TransportStats;

class HealthPagesTest {
    private final GatewayCounters counters = new GatewayCounters();
    private final ProbedLoop loop = new ProbedLoop();
    private Optional<StoreStatus> store = Optional.empty();
    private final AdminSources sources =
            new AdminSources(counters, MetricsPageTest.LIMITS, () -> store, List.of(), List.of(), loop::nanoTime);
    private final LoopProbe probe = new LoopProbe(new AdminSources.Shard("shard-0", loop, () -> 0), loop.nanoTime());
    private final HealthPages health = new HealthPages(sources, List.of(probe));

    private static void assertAnswer(Answer answer, int status, String body) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(body + "\n");
    }

    @Test
    void shouldBeReadyWhenEveryConnectionIsUp() {
        counters.connections.register("lane-0").connected(loop.nanoTime());
        assertAnswer(health.ready(), 200, "{\"ready\":true,\"problems\":[]}");

        counters.connections.register("lane-1");
        assertAnswer(
                health.ready(),
                503,
                "{\"ready\":false,\"problems\":[{\"kind\":\"connection\",\"name\":\"lane-1\","
                        + "\"reason\":\"the first attempt to connect is under way\",\"sinceSeconds\":null}]}");
    }

    @Test
    void shouldNotBeReadyWhileASerialPortIsAway() {
        assertThat(withLine(true).ready().status()).isEqualTo(200);
        assertAnswer(
                withLine(false).ready(),
                503,
                "{\"ready\":false,\"problems\":[{\"kind\":\"listener\",\"name\":\"serial:/dev/ttyUSB0\","
                        + "\"reason\":\"the port is not open\",\"sinceSeconds\":null}]}");
    }

    private HealthPages withLine(boolean open) {
        TransportStats none = new TransportStats(0, 0, 0, 0, 0, -1);
        List<AdminSources.Listener> listeners = List.of(
                new AdminSources.Listener("udp:127.0.0.1:1884", new CountingTransport(none, null)),
                new AdminSources.Listener(
                        "serial:/dev/ttyUSB0", new CountingTransport(none, new LineStats(open, 1, 0, 0, 0, 0, 0))));
        return new HealthPages(
                new AdminSources(
                        counters, MetricsPageTest.LIMITS, Optional::empty, listeners, List.of(), loop::nanoTime),
                List.of());
    }

    @Test
    void shouldTellWhyAndForHowLongAConnectionIsDown() {
        ConnectionStatus lane = counters.connections.register("lane-0");
        lane.connected(loop.nanoTime());
        loop.pass(Duration.ofSeconds(3));
        lane.disconnected(loop.nanoTime(), "server \"b\\1\"\nsaid <no>");
        loop.pass(Duration.ofMillis(4999));

        assertAnswer(
                health.ready(),
                503,
                "{\"ready\":false,\"problems\":[{\"kind\":\"connection\",\"name\":\"lane-0\","
                        + "\"reason\":\"server \\\"b\\\\1\\\"\\u000asaid \\u003cno\\u003e\",\"sinceSeconds\":4}]}");

        lane.connected(loop.nanoTime());
        assertThat(health.ready().status()).isEqualTo(200);
    }

    @Test
    void shouldTellOfAStoreThatKeepsNothingMoreAndStayReady() {
        counters.connections.register("lane-0").connected(loop.nanoTime());
        store = Optional.of(store(StoreStatus.State.OK, ""));
        assertAnswer(health.ready(), 200, "{\"ready\":true,\"problems\":[]}");

        store = Optional.of(store(StoreStatus.State.FULL, "cannot write: no space"));
        assertAnswer(
                health.ready(),
                200,
                "{\"ready\":true,\"problems\":[{\"kind\":\"store\",\"name\":\"full\","
                        + "\"reason\":\"cannot write: no space\",\"sinceSeconds\":7}]}");

        store = Optional.of(store(StoreStatus.State.FAILED, "cannot write: I/O error"));
        counters.connections.register("lane-1");
        assertThat(new String(health.ready().body(), StandardCharsets.UTF_8))
                .startsWith("{\"ready\":false,")
                .contains("\"kind\":\"connection\"", "\"kind\":\"store\",\"name\":\"failed\"");
        assertThat(health.live().status()).isEqualTo(200);
    }

    private static StoreStatus store(StoreStatus.State state, String reason) {
        return store(state, reason, false, Duration.ZERO);
    }

    private static StoreStatus store(StoreStatus.State state, String reason, boolean isOver, Duration atWork) {
        return new StoreStatus(
                state,
                reason,
                Duration.ofMillis(7_900),
                isOver,
                atWork,
                0,
                0,
                Map.of(),
                new CommitLatency(List.of(), Duration.ZERO, Duration.ZERO),
                0,
                0,
                0,
                0,
                0);
    }

    @Test
    void shouldNotLiveWhenTheStoreIsStuckOrOver() {
        store = Optional.of(store(StoreStatus.State.OK, "", false, Duration.ofSeconds(30)));
        assertThat(health.live().status()).isEqualTo(200);

        store = Optional.of(store(StoreStatus.State.OK, "", false, Duration.ofSeconds(31)));
        assertAnswer(
                health.live(),
                503,
                "{\"live\":false,\"problems\":[{\"kind\":\"store\",\"name\":\"stuck\","
                        + "\"reason\":\"the disk does not answer\",\"sinceSeconds\":31}]}");

        store = Optional.of(store(StoreStatus.State.FAILED, "the file is corrupt", true, Duration.ZERO));
        assertAnswer(
                health.live(),
                503,
                "{\"live\":false,\"problems\":[{\"kind\":\"store\",\"name\":\"failed\","
                        + "\"reason\":\"the file is corrupt\",\"sinceSeconds\":7}]}");
    }

    @Test
    void shouldLiveAsLongAsTheLoopsTurn() {
        probe.start();
        loop.pass(Duration.ofSeconds(10));
        assertAnswer(health.live(), 200, "{\"live\":true,\"problems\":[]}");

        loop.pass(Duration.ofSeconds(2));
        assertAnswer(
                health.live(),
                503,
                "{\"live\":false,\"problems\":[{\"kind\":\"loop\",\"name\":\"shard-0\",\"reason\":\"does not turn\","
                        + "\"sinceSeconds\":12}]}");

        loop.fireLate(Duration.ZERO);
        assertThat(health.live().status()).isEqualTo(200);
    }

    @Test
    void shouldNotCallABrokerThatIsAwayDeath() {
        counters.connections.register("lane-0").disconnected(loop.nanoTime(), "refused");

        assertThat(health.live().status()).isEqualTo(200);
    }
}
