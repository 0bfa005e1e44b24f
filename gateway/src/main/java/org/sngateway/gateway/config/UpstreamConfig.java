// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.secretFile;
import static org.sngateway.gateway.config.ScalarTypes.server;
import static org.sngateway.gateway.config.ScalarTypes.size;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.listOfDistinct;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicName;

/**
 * Section {@code upstream}: the connections to the broker.
 *
 * @param mode whether devices share connections
 * @param servers the broker's addresses in order of preference, at least one
 * @param version the version of MQTT
 * @param maxQos the highest QoS to publish with, 0..2; messages of a higher one are published with it
 * @param username null for none; 1..1024 characters
 * @param passwordFile a file that holds the password, 1..65535 octets, readable when the configuration was read; null for none
 * @param tls for the servers that are reached with TLS
 * @param device the connections of devices in mode {@link Mode#PER_DEVICE}
 * @param keepAlive the longest silence on a connection, 5 s..1 h in whole seconds
 * @param connectTimeout how long each step of an attempt to connect may take, 100 ms..5 min
 * @param reconnectMin the wait before the first attempt to reconnect, 100 ms..1 h
 * @param reconnectMax the longest wait between attempts, not shorter than {@code reconnectMin}, at most 1 d
 * @param sessionExpiry how long the broker keeps the gateway's subscriptions and messages when it is away, 1 min..365 d in whole
 *     seconds
 * @param receiveMaximum messages the broker may send ahead of the gateway's acknowledgements on one connection, 1..65535
 * @param maxInFlight publishes of one connection that the broker has not acknowledged, 1..65535
 * @param maxQueued publishes that wait for one connection, 0..1000000
 * @param maxQueuedOctets key {@code max-queued-bytes}: what these hold together, 1 KiB..2047 MiB
 * @param keepsQos0 key {@code keep-qos-0}: whether publishes of QoS 0 wait, too, while the broker is away
 * @param maxLanes connections for filters that overlap, 1..256
 * @param maxFiltersPerSubscribe filters in one SUBSCRIBE or UNSUBSCRIBE, 1..1000
 * @param retainedQuietTime how long no retained message has to come until there are taken to be no more, 100 ms..1 min
 * @param statusTopic where the gateway says that it is there, a topic name in which {@code %n} stands for {@link IdentityConfig#name}; null
 *     for nowhere
 * @param statusInterval how often it looks whether there is something new to say there, 1 s..1 h
 */
public record UpstreamConfig(
        Mode mode,
        List<ServerAddress> servers,
        MqttVersion version,
        int maxQos,
        @Nullable String username,
        @Nullable Path passwordFile,
        TlsConfig tls,
        DeviceUpstreamConfig device,
        Duration keepAlive,
        Duration connectTimeout,
        Duration reconnectMin,
        Duration reconnectMax,
        Duration sessionExpiry,
        int receiveMaximum,
        int maxInFlight,
        int maxQueued,
        int maxQueuedOctets,
        boolean keepsQos0,
        int maxLanes,
        int maxFiltersPerSubscribe,
        Duration retainedQuietTime,
        @Nullable String statusTopic,
        Duration statusInterval) {
    /** How devices are put on connections. */
    public enum Mode {
        /** All devices share a few. */
        POOLED,
        /** Each has its own. */
        PER_DEVICE
    }

    /** A version of MQTT. */
    public enum MqttVersion {
        V3_1_1,
        V5
    }

    private static final Scalar<String> STATUS_TOPIC =
            text("a topic name without + and #, where %n stands for gateway.name", TopicName::isValid);

    private static final Optional<String> DEFAULT_STATUS_TOPIC = Optional.of("sn-gateway/%n/status");

    private static final List<ServerAddress> LOCAL_BROKER = List.of(new ServerAddress("127.0.0.1", 1883));

    public UpstreamConfig {
        servers = List.copyOf(servers);
    }

    static UpstreamConfig read(Section in) {
        UpstreamConfig config = new UpstreamConfig(
                in.value("mode", oneOf(List.of("pooled", "per-device"), List.of()), "pooled")
                                .equals("pooled")
                        ? Mode.POOLED
                        : Mode.PER_DEVICE,
                in.value("servers", listOfDistinct(server()), LOCAL_BROKER),
                in.value("version", oneOf(List.of("5", "3"), List.of()), "5").equals("5")
                        ? MqttVersion.V5
                        : MqttVersion.V3_1_1,
                in.value("max-qos", integer(0, 2), 2),
                in.optional("username", text("1 to 1024 printable characters", UpstreamConfig::isName)),
                in.optional("password-file", secretFile(65_535)),
                in.section("tls", TlsConfig::read),
                in.section("device", DeviceUpstreamConfig::read),
                in.value("keep-alive", duration("5s", "1h"), Duration.ofSeconds(60)),
                in.value("connect-timeout", duration("100ms", "5m"), Duration.ofSeconds(10)),
                in.value("reconnect-min", duration("100ms", "1h"), Duration.ofSeconds(1)),
                in.value("reconnect-max", duration("100ms", "1d"), Duration.ofSeconds(60)),
                in.value("session-expiry", duration("1m", "365d"), Duration.ofDays(1)),
                in.value("receive-maximum", integer(1, 65_535), 65_535),
                in.value("max-in-flight", integer(1, 65_535), 4096),
                in.value("max-queued", integer(0, 1_000_000), 10_000),
                in.value("max-queued-bytes", size("1KiB", "2047MiB"), 16 << 20),
                in.value("keep-qos-0", bool(), false),
                in.value("max-lanes", integer(1, 256), 16),
                in.value("max-filters-per-subscribe", integer(1, 1000), 200),
                in.value("retained-quiet-time", duration("100ms", "1m"), Duration.ofSeconds(1)),
                in.value("status-topic", orOff(STATUS_TOPIC), DEFAULT_STATUS_TOPIC)
                        .orElse(null),
                in.value("status-interval", duration("1s", "1h"), Duration.ofSeconds(60)));
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

    /** Whether {@code text} can be a user name or a client id. */
    static boolean isName(String text) {
        return !text.isEmpty() && text.length() <= 1024 && ScalarTypes.isPrintable(text);
    }
}
