// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.ConfigChange;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.config.LoadedConfig;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.security.AdmissionRules;
import org.sngateway.gateway.session.BufferBudget;

/** Brings another configuration into effect while the gateway runs, as far as that goes. Any thread but the loops; one at a time. */
final class Reloader {
    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final List<Shard> shards;
    private final ClientDirectory directory;
    private final BufferBudget budget;
    /** What is in effect; null when the gateway was not started from a file. */
    private @Nullable LoadedConfig running;

    private @Nullable Path file;

    Reloader(List<Shard> shards, ClientDirectory directory, BufferBudget budget) {
        this.shards = List.copyOf(shards);
        this.directory = directory;
        this.budget = budget;
    }

    /** The gateway was started with this, and reads it again from there. */
    synchronized void started(LoadedConfig loaded, Path from) {
        running = loaded;
        file = from;
    }

    /**
     * Reads the configuration file again.
     *
     * @throws InvalidConfigException when anything is wrong with it; nothing has changed then
     * @throws IllegalStateException when the gateway was not started from a file
     */
    synchronized ReloadReport reload() throws InvalidConfigException {
        Path from = file;
        LoadedConfig before = running;
        if (from == null || before == null) {
            throw new IllegalStateException("not started from a file");
        }
        LoadedConfig read;
        try {
            read = ConfigReader.load(from);
        } catch (InvalidConfigException failure) {
            log.atError()
                    .addKeyValue("file", from)
                    .addKeyValue("problems", failure.problems().size())
                    .log("configuration not reloaded, nothing has changed: {}", failure.getMessage());
            throw failure;
        }
        ConfigChange change = ConfigChange.between(before, read);
        running = change.effective();
        Shard.Reviewed ended = apply(change.effective().config());
        ReloadReport report = new ReloadReport(
                List.copyOf(change.applied()),
                List.copyOf(change.needRestart()),
                ended.sessions(),
                ended.subscriptions());
        log.atInfo().addKeyValue("file", from).log("configuration reloaded: {}", String.join("; ", report.lines()));
        return report;
    }

    private Shard.Reviewed apply(GatewayConfig config) {
        AdmissionRules rules = new AdmissionRules(config.admission());
        directory.setLimit(config.sessions().max());
        budget.setLimit(config.sessions().sleepBufferTotalOctets());
        List<CompletableFuture<Shard.Reviewed>> reviews = shards.stream()
                .map(shard -> CompletableFuture.supplyAsync(() -> shard.use(config, rules), shard.loop()))
                .toList();
        return reviews.stream().map(CompletableFuture::join).reduce(new Shard.Reviewed(0, 0), Shard.Reviewed::plus);
    }
}
