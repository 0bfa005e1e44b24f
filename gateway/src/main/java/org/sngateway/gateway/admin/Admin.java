// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.transport.loop.Clocks;

/**
 * The pages for operators: {@code /metrics}, {@code /health/live} and {@code /health/ready}, as docs/operating.md describes them, and
 * what operators may do. Bound, started and closed by one thread.
 */
public final class Admin implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Admin.class);

    private final AdminServer server;
    private final ReloadAction reload = new ReloadAction();
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
    public void start(AdminSources sources, AdminToken token) {
        this.token = token;
        List<LoopProbe> probes = sources.shards().stream()
                .map(shard -> new LoopProbe(shard, sources.nanoClock().getAsLong()))
                .toList();
        probes.forEach(LoopProbe::start);
        HealthPages health = new HealthPages(sources, probes);
        TracePages trace = new TracePages(sources, Clocks.wall());
        Routes routes = new Routes()
                .page("/metrics", new MetricsPage(sources, probes))
                .action("/api/reload", reload)
                .page("/health/live", health::live)
                .page("/health/ready", health::ready)
                .resource("/api/trace", TracePages.TRACE_PARAMETERS, trace::trace)
                .resource("/api/sessions/{id}/frames", TracePages.FRAMES_PARAMETERS, trace::recent);
        server.start(routes, new ActionGuard(token, sources.counters(), sources.nanoClock()));
        log.atInfo().addKeyValue("address", address()).log("admin pages are served");
    }

    /** From now on the configuration can be reloaded. */
    public void onReload(Reloading reloading) {
        reload.use(reloading);
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
