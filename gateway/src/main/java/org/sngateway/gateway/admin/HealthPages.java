// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.ConnectionStatus.State;

/**
 * Whether the gateway lives, and whether it is ready: 200 when it is, 503 when not, and in both cases what is wrong as JSON.
 *
 * <p>Live: every loop has turned within the last 10 s; when not, only a new start helps. Ready: the listeners are bound, which they are
 * when these pages are served, and every connection to the broker that was registered is connected.
 */
final class HealthPages {
    private static final Duration STUCK_AFTER = Duration.ofSeconds(10);

    private final AdminSources sources;
    private final List<LoopProbe> probes;

    /**
     * Something that is wrong.
     *
     * @param sinceSeconds for how long, 0 or more; null where that is not known
     */
    private record Problem(
            String kind,
            String name,
            String reason,
            @Nullable Long sinceSeconds) {
        String json() {
            return "{\"kind\":" + Json.string(kind) + ",\"name\":" + Json.string(name) + ",\"reason\":"
                    + Json.string(reason) + ",\"sinceSeconds\":" + sinceSeconds + "}";
        }
    }

    HealthPages(AdminSources sources, List<LoopProbe> probes) {
        this.sources = sources;
        this.probes = probes;
    }

    Answer live() {
        long now = sources.nanoClock().getAsLong();
        return answer(
                "live",
                probes.stream()
                        .filter(probe -> probe.nanosSinceTurn(now) > STUCK_AFTER.toNanos())
                        .map(probe -> new Problem(
                                "loop",
                                probe.name(),
                                "does not turn",
                                TimeUnit.NANOSECONDS.toSeconds(probe.nanosSinceTurn(now))))
                        .toList());
    }

    Answer ready() {
        long now = sources.nanoClock().getAsLong();
        return answer(
                "ready",
                sources.counters().connections.list().stream()
                        .filter(connection -> connection.state() != State.CONNECTED)
                        .map(connection -> problem(connection, now))
                        .toList());
    }

    private static Problem problem(ConnectionStatus.Snapshot connection, long nowNanos) {
        return connection.state() == State.CONNECTING
                ? new Problem("connection", connection.name(), "the first attempt to connect is under way", null)
                : new Problem(
                        "connection",
                        connection.name(),
                        connection.reason(),
                        // The clocks of two threads: the event may be later than now.
                        TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nowNanos - connection.sinceNanos())));
    }

    private static Answer answer(String what, List<Problem> problems) {
        String list = problems.stream().map(Problem::json).collect(Collectors.joining(","));
        return Answer.json(
                problems.isEmpty() ? 200 : 503,
                "{\"" + what + "\":" + problems.isEmpty() + ",\"problems\":[" + list + "]}\n");
    }
}
