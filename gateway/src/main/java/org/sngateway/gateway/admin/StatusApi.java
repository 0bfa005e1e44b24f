// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.transport.TransportStats;

/** What {@code /api} says of the gateway as a whole. */
final class StatusApi {
    private static final double NANOS_PER_SECOND = 1e9;

    private final AdminSources sources;
    private final HealthPages health;
    private final long startedNanos;

    StatusApi(AdminSources sources, HealthPages health) {
        this.sources = sources;
        this.health = health;
        this.startedNanos = sources.nanoClock().getAsLong();
    }

    /** What is sampled for the history. */
    static List<History.Series> series(AdminSources sources) {
        GatewayCounters counters = sources.counters();
        return List.of(
                new History.Series("messagesIn", true, counters.framesIn::sum),
                new History.Series("messagesOut", true, counters.framesOut::sum),
                new History.Series("publishesUp", true, counters.publishesUp::sum),
                new History.Series("publishesDown", true, counters.publishesDown::sum),
                new History.Series("connected", false, counters.devicesConnected::sum),
                new History.Series("asleep", false, counters.sessionsAsleep::sum),
                new History.Series("queuedMessages", false, counters.bufferedMessages::sum),
                new History.Series(
                        "journalMessages",
                        false,
                        () -> sources.store()
                                .get()
                                .map(StoreStatus::journalEntries)
                                .orElse(0L)),
                new History.Series("refused", true, () -> refused(counters)),
                new History.Series("retransmissions", true, counters.retransmissions::sum));
    }

    /** What was not admitted, and malformed frames; those that are too large are both, and counted once. */
    private static long refused(GatewayCounters counters) {
        long refusals = Arrays.stream(Refusal.values())
                .filter(reason -> reason != Refusal.MAX_FRAME)
                .mapToLong(counters::refusals)
                .sum();
        return refusals + malformed(counters);
    }

    private static long malformed(GatewayCounters counters) {
        return counters.malformed().values().stream().mapToLong(Long::longValue).sum();
    }

    Answer status() {
        GatewayCounters counters = sources.counters();
        Json json = new Json()
                .object()
                .field("version", ProcessMetrics.version())
                .field("uptimeSeconds", (sources.nanoClock().getAsLong() - startedNanos) / NANOS_PER_SECOND);
        json.name("liveness").raw(text(health.live())).name("readiness").raw(text(health.ready()));
        json.name("sessions")
                .object()
                .field("active", counters.sessionsActive.sum())
                .field("asleep", counters.sessionsAsleep.sum())
                .field("awake", counters.sessionsAwake.sum())
                .field("connecting", counters.sessionsConnecting.sum())
                .field("disconnected", counters.sessionsDisconnected.sum())
                .field("lost", counters.sessionsLost.sum())
                .endObject();
        json.name("buffers")
                .object()
                .field("messages", counters.bufferedMessages.sum())
                .field("octets", counters.bufferedOctets.sum())
                .endObject();
        json.name("totals")
                .object()
                .field("messagesIn", counters.framesIn.sum())
                .field("messagesOut", counters.framesOut.sum())
                .field("publishesUp", counters.publishesUp.sum())
                .field("publishesDown", counters.publishesDown.sum())
                .field("retransmissions", counters.retransmissions.sum())
                .field("devicesLost", counters.devicesLost.sum())
                .field("connectsRefused", counters.connectsRefused.sum())
                .field("malformed", malformed(counters))
                .endObject();
        json.name("listeners").array();
        for (AdminSources.Listener listener : sources.listeners()) {
            TransportStats stats = listener.transport().stats();
            json.object()
                    .field("address", listener.address())
                    .field("framesIn", stats.framesIn())
                    .field("octetsIn", stats.octetsIn())
                    .field("framesOut", stats.framesOut())
                    .field("octetsOut", stats.octetsOut())
                    .field("sendFailures", stats.sendFailures())
                    .field("kernelDrops", Math.max(0, stats.kernelDrops()))
                    .endObject();
        }
        return Answer.json(200, json.endArray().endObject() + "\n");
    }

    private static String text(Answer json) {
        return new String(json.body(), StandardCharsets.UTF_8).strip();
    }

    Answer connections() {
        long now = sources.nanoClock().getAsLong();
        Json json = new Json().object().name("connections").array();
        for (ConnectionStatus.Snapshot one : sources.counters().connections.list()) {
            boolean decided = one.state() != ConnectionStatus.State.CONNECTING;
            json.object()
                    .field("name", one.name())
                    .field("state", MetricsPage.label(one.state()))
                    .field("reason", one.reason())
                    .field("connects", one.connects())
                    .field("disconnects", one.disconnects())
                    .field("failedAttempts", one.failedAttempts())
                    .name("sinceSeconds");
            if (decided) {
                json.value(TimeUnit.NANOSECONDS.toSeconds(Math.max(0, now - one.sinceNanos())));
            } else {
                json.value(null);
            }
            json.endObject();
        }
        json.endArray().name("publishes").array();
        for (PublishStats.Snapshot one : sources.counters().publishStats.list()) {
            json.object()
                    .field("name", one.name())
                    .field("inFlight", one.inFlight())
                    .field("queued", one.queued())
                    .field("queuedOctets", one.queuedOctets())
                    .endObject();
        }
        json.endArray()
                .field(
                        "deviceConnections",
                        sources.counters().deviceConnectionsUp.sum());
        return Answer.json(200, json.endObject() + "\n");
    }

    Answer store() {
        Json json = new Json().object().name("store");
        Optional<StoreStatus> store = sources.store().get();
        if (store.isEmpty()) {
            json.value(null);
        } else {
            write(store.get(), json);
        }
        return Answer.json(200, json.endObject() + "\n");
    }

    private static void write(StoreStatus store, Json to) {
        to.object()
                .field("state", MetricsPage.label(store.state()))
                .field("reason", store.reason())
                .field("inStateSeconds", store.inState().toSeconds())
                .field("pendingOctets", store.pendingOctets())
                .field("commits", store.commits())
                .field("fileOctets", store.fileOctets())
                .field("journalMessages", store.journalEntries())
                .field("journalOctets", store.journalOctets())
                .field("waitingMessages", store.deliveries())
                .field("waitingOctets", store.deliveryOctets());
        to.name("refused").object();
        new TreeMap<>(store.refused()).forEach((cause, count) -> to.field(MetricsPage.label(cause), count));
        to.endObject().endObject();
    }
}
