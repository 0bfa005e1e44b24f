// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.ConnectionStatus.State;
import org.sngateway.gateway.store.StoreStatus;

/**
 * Whether the gateway lives, and whether it is ready: 200 when it is, 503 when not, and in both cases what is wrong as JSON.
 *
 * <p>Live: every loop has turned within the last 10 s, and the store's writer is neither stuck nor at its end; when not, only a new start
 * helps. A store that is full, or whose disk fails, works again by itself as soon as it can. Ready: the listeners are bound, which but for
 * serial ports they are when these pages are served, and every connection to the broker that was registered is connected. A store that keeps nothing more is told
 * of and leaves the gateway ready: what need not be kept flows, and nothing would be gained by sending the devices away.
 */
final class HealthPages {
    private static final Duration STUCK_AFTER = Duration.ofSeconds(10);
    /** One step of the store's writer, such as a commit, takes seconds at worst. */
    private static final Duration STORE_STUCK_AFTER = Duration.ofSeconds(30);

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
        List<Problem> loops = probes.stream()
                .filter(probe -> probe.nanosSinceTurn(now) > STUCK_AFTER.toNanos())
                .map(probe -> new Problem(
                        "loop",
                        probe.name(),
                        "does not turn",
                        TimeUnit.NANOSECONDS.toSeconds(probe.nanosSinceTurn(now))))
                .toList();
        List<Problem> problems = concat(
                loops,
                sources.store().get().flatMap(HealthPages::deadly).stream().toList());
        return answer("live", problems.isEmpty(), problems);
    }

    private static Optional<Problem> deadly(StoreStatus store) {
        if (store.isOver()) {
            return problem(store);
        }
        return store.atWork().compareTo(STORE_STUCK_AFTER) <= 0
                ? Optional.empty()
                : Optional.of(new Problem(
                        "store",
                        "stuck",
                        "the disk does not answer",
                        store.atWork().toSeconds()));
    }

    Answer ready() {
        long now = sources.nanoClock().getAsLong();
        List<Problem> connections = sources.counters().connections.list().stream()
                .filter(connection -> connection.state() != State.CONNECTED)
                .map(connection -> problem(connection, now))
                .toList();
        List<Problem> missing = concat(closedLines(), connections);
        List<Problem> store =
                sources.store().get().flatMap(HealthPages::problem).stream().toList();
        return answer("ready", missing.isEmpty(), concat(missing, store));
    }

    /** Serial ports come and go; the other listeners are bound from the start. */
    private List<Problem> closedLines() {
        return sources.listeners().stream()
                .filter(listener -> listener.transport()
                        .lineStats()
                        .filter(line -> !line.open())
                        .isPresent())
                .map(listener -> new Problem("listener", listener.address(), "the port is not open", null))
                .toList();
    }

    private static List<Problem> concat(List<Problem> first, List<Problem> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static Optional<Problem> problem(StoreStatus store) {
        return store.state() == StoreStatus.State.OK
                ? Optional.empty()
                : Optional.of(new Problem(
                        "store",
                        MetricsPage.label(store.state()),
                        store.reason(),
                        store.inState().toSeconds()));
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

    private static Answer answer(String what, boolean well, List<Problem> problems) {
        String list = problems.stream().map(Problem::json).collect(Collectors.joining(","));
        return Answer.json(well ? 200 : 503, "{\"" + what + "\":" + well + ",\"problems\":[" + list + "]}\n");
    }
}
