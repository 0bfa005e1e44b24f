// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.largeSize;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.path;
import static org.sngateway.gateway.config.ScalarTypes.size;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code store}: what survives a restart, and where.
 *
 * @param directory null when it is not in the file; see {@link #directory(Map)}
 * @param maxOctets key {@code max-size}: how large the database may become, 16 MiB..1 TiB
 * @param maxPendingOctets key {@code max-pending}: what may wait to be written, 1 MiB..1 GiB
 * @param journalMaxOctets key {@code journal-max-bytes}: messages for the broker that may be on the disk, 1 MiB..1 TiB; {@code maxOctets}
 *     counts, too
 * @param journalMaxAge how long they are kept for it, 1 min..365 d; null for as long as it takes
 */
public record StoreConfig(
        @Nullable Path directory,
        long maxOctets,
        int maxPendingOctets,
        long journalMaxOctets,
        @Nullable Duration journalMaxAge) {
    /** What systemd sets for {@code StateDirectory=}: one or more directories, with colons between them. */
    private static final String STATE_DIRECTORY = "STATE_DIRECTORY";

    /**
     * The directory of the store: the one in the file, else the one that systemd has made for the service; empty for no store.
     *
     * @param environment the variables of the process
     */
    public Optional<Path> directory(Map<String, String> environment) {
        if (directory != null) {
            return Optional.of(directory);
        }
        return Optional.ofNullable(environment.get(STATE_DIRECTORY))
                .map(all -> all.split(":", 2)[0])
                .filter(first -> !first.isEmpty())
                .map(Path::of);
    }

    static StoreConfig read(Section in) {
        return new StoreConfig(
                in.optional("directory", path("a directory")),
                in.value("max-size", largeSize("16MiB", "1TiB"), 1L << 30),
                in.value("max-pending", size("1MiB", "1024MiB"), 8 << 20),
                in.value("journal-max-bytes", largeSize("1MiB", "1TiB"), 256L << 20),
                in.value("journal-max-age", orOff(duration("1m", "365d")), Optional.<Duration>empty())
                        .orElse(null));
    }
}
