// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.ingress.SessionSurvey;
import org.sngateway.transport.loop.Clocks;

/**
 * The pages for operators, as docs/operating.md and docs/openapi.yaml describe them: the status page, {@code /api}, {@code /metrics} and
 * {@code /health}. Bound, started and closed by one thread.
 */
public final class Admin implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Admin.class);

    private final AdminServer server;
    private @Nullable AdminToken token;

    private Admin(AdminServer server) {
        this.server = server;
    }

    /**
     * Takes the address, before anything else of the gateway starts: a second gateway that was started by mistake stops here, and has
     * not yet taken the first one's connections to the broker.
     *
     * @param address port 0 for any free one
     * @throws IOException when it cannot be bound; the message names it
     */
    public static Admin bind(InetSocketAddress address) throws IOException {
        return new Admin(AdminServer.bind(address));
    }

    /** Serves the pages from now on, and begins to watch the shards. Once. */
    public void start(AdminSources sources, AdminToken token, SessionSurvey survey) {
        this.token = token;
        List<LoopProbe> probes = sources.shards().stream()
                .map(shard -> new LoopProbe(shard, sources.nanoClock().getAsLong()))
                .toList();
        probes.forEach(LoopProbe::start);
        History history = new History(StatusApi.series(sources), survey::forgetIdle);
        sources.shards().stream().findFirst().ifPresent(shard -> history.start(shard.loop()));
        server.start(
                routes(sources, probes, survey, history),
                new ActionGuard(token, sources.counters(), sources.nanoClock()));
        log.atInfo().addKeyValue("address", address()).log("admin pages are served");
    }

    /** What is served where; a page or an action is added by a line here. What is not for browsers alone stands in docs/openapi.yaml. */
    static Routes routes(AdminSources sources, List<LoopProbe> probes, SessionSurvey survey, History history) {
        HealthPages health = new HealthPages(sources, probes);
        TracePages trace = new TracePages(sources, Clocks.wall());
        StatusApi status = new StatusApi(sources, health);
        SessionsApi sessions = new SessionsApi(survey, sources.nanoClock());
        return new Routes()
                .page("/", new StaticPage("index.html", "text/html; charset=utf-8"))
                .page("/status.js", new StaticPage("status.js", "text/javascript; charset=utf-8"))
                .page("/status.css", new StaticPage("status.css", "text/css; charset=utf-8"))
                .page("/icon.svg", new StaticPage("icon.svg", "image/svg+xml"))
                .page("/metrics", new MetricsPage(sources, probes))
                .page("/health/live", health::live)
                .page("/health/ready", health::ready)
                .page("/api/openapi.yaml", new StaticPage("openapi.yaml", "application/yaml"))
                .page("/api/status", status::status)
                .page("/api/connections", status::connections)
                .page("/api/store", status::store)
                .page("/api/history", () -> history.answer(sources.nanoClock().getAsLong()))
                .resource("/api/sessions", SessionsApi.PARAMETERS, sessions::list)
                .resource("/api/sessions/{id}", Set.of(), sessions::one)
                .resource("/api/sessions/{id}/frames", TracePages.FRAMES_PARAMETERS, trace::recent)
                .resource("/api/trace", TracePages.TRACE_PARAMETERS, trace::trace)
                .action("/api/sessions/{id}/disconnect", sessions::disconnect)
                .action("/api/sessions/{id}/clear-buffer", sessions::clearBuffer);
    }

    /** Where the pages are, such as {@code http://127.0.0.1:8084}. */
    public String address() {
        return server.address();
    }

    /** Closes the port and every connection, and takes the token back. */
    @Override
    public void close() {
        server.close();
        if (token != null) {
            token.close();
        }
    }
}
