// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway store info}: what the store holds, in numbers. */
@Command(
        name = "info",
        description = "Prints what the store holds, in numbers, and whether a gateway runs on it.",
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class StoreInfoCommand implements Callable<Integer> {
    @Mixin
    private StoreOption option = new StoreOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public Integer call() throws InvalidConfigException {
        return option.read((directory, store) -> {
            print(directory, store.info());
            return 0;
        });
    }

    private void print(Path directory, StoreInfo info) {
        line("directory", directory.toString());
        line(
                "gateway",
                info.holder().isPresent()
                        ? "runs on it, process " + info.holder().getAsLong()
                        : "none runs on it");
        line("schema version", Integer.toString(info.schemaVersion()));
        line("file", info.fileOctets() + " octets, and " + info.logOctets() + " of write-ahead log");
        line("sessions", Long.toString(info.sessions()));
        line("subscriptions", Long.toString(info.subscriptions()));
        line("topic ids", Long.toString(info.topicIds()));
        line("exchanges", info.exchanges() + " of QoS 2 not released");
        line("for devices", info.deliveries() + " messages, " + info.deliveryOctets() + " octets");
        line("for the broker", info.journalEntries() + " messages, " + info.journalOctets() + " octets" + oldest(info));
        line("filters placed", Long.toString(info.placements()));
        spec.commandLine().getOut().flush();
    }

    private static String oldest(StoreInfo info) {
        return info.oldestEntryMillis().isPresent()
                ? ", the oldest of "
                        + Instant.ofEpochMilli(info.oldestEntryMillis().getAsLong())
                : "";
    }

    private void line(String name, String value) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, "%-15s %s", name, value));
    }
}
