// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;

/** Configurations that reconnect quickly. */
final class UpstreamConfigs {
    static final Duration RECONNECT_MIN = Duration.ofMillis(100);

    private UpstreamConfigs() {}

    static UpstreamConfig of(int port) {
        return of(List.of(new ServerAddress("127.0.0.1", port)), null, null);
    }

    static UpstreamConfig of(List<ServerAddress> servers, @Nullable String username, @Nullable Path passwordFile) {
        return new UpstreamConfig(
                servers,
                username,
                passwordFile,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                RECONNECT_MIN,
                Duration.ofMillis(400),
                Duration.ofDays(1),
                1000,
                10_000,
                16);
    }
}
