// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.secretFile;
import static org.sngateway.gateway.config.ScalarTypes.server;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.listOfDistinct;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code upstream}: the connections to the broker.
 *
 * @param servers the broker's addresses in order of preference, at least one
 * @param username null for none; 1..1024 characters
 * @param passwordFile a file that holds the password, 1..65535 octets, readable when the configuration was read; null for none
 * @param keepAlive the longest silence on a connection, 5 s..1 h in whole seconds
 * @param connectTimeout how long one attempt to connect may take, 100 ms..5 min
 * @param reconnectMin the wait before the first attempt to reconnect, 100 ms..1 h
 * @param reconnectMax the longest wait between attempts, not shorter than {@code reconnectMin}, at most 1 d
 * @param sessionExpiry how long the broker keeps the gateway's subscriptions and messages when it is away, 1 min..365 d in whole
 *     seconds
 * @param maxInFlight publishes of one connection that the broker has not acknowledged, 1..65535
 * @param maxQueued publishes that wait for one connection, 0..1000000
 * @param maxLanes connections for filters that overlap, 1..256
 */
public record UpstreamConfig(
        List<ServerAddress> servers,
        @Nullable String username,
        @Nullable Path passwordFile,
        Duration keepAlive,
        Duration connectTimeout,
        Duration reconnectMin,
        Duration reconnectMax,
        Duration sessionExpiry,
        int maxInFlight,
        int maxQueued,
        int maxLanes) {
    private static final List<ServerAddress> LOCAL_BROKER = List.of(new ServerAddress("127.0.0.1", 1883));

    public UpstreamConfig {
        servers = List.copyOf(servers);
    }

    static UpstreamConfig read(Section in) {
        in.unsupported("tls");
        in.check("mode", oneOf(List.of("pooled"), List.of("per-device")));
        in.check("version", oneOf(List.of("5"), List.of("3")));
        UpstreamConfig config = new UpstreamConfig(
                in.value("servers", listOfDistinct(server()), LOCAL_BROKER),
                in.optional("username", text("1 to 1024 printable characters", UpstreamConfig::isUsername)),
                in.optional("password-file", secretFile(65_535)),
                in.value("keep-alive", duration("5s", "1h"), Duration.ofSeconds(60)),
                in.value("connect-timeout", duration("100ms", "5m"), Duration.ofSeconds(10)),
                in.value("reconnect-min", duration("100ms", "1h"), Duration.ofSeconds(1)),
                in.value("reconnect-max", duration("100ms", "1d"), Duration.ofSeconds(60)),
                in.value("session-expiry", duration("1m", "365d"), Duration.ofDays(1)),
                in.value("max-in-flight", integer(1, 65_535), 4096),
                in.value("max-queued", integer(0, 1_000_000), 10_000),
                in.value("max-lanes", integer(1, 256), 16));
        if (config.reconnectMin.compareTo(config.reconnectMax) > 0 && in.isSound("reconnect-min", "reconnect-max")) {
            String key = in.has("reconnect-max") ? "reconnect-max" : "reconnect-min";
            in.problem(
                    key,
                    "reconnect-min (" + Quantity.text(config.reconnectMin) + ") is longer than reconnect-max ("
                            + Quantity.text(config.reconnectMax) + ")",
                    "reconnect-min not longer than reconnect-max");
        }
        return config;
    }

    private static boolean isUsername(String text) {
        return !text.isEmpty() && text.length() <= 1024 && ScalarTypes.isPrintable(text);
    }
}
