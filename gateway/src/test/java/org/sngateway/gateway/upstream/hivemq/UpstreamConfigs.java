// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.DeviceUpstreamConfig;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.TlsConfig;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.Mode;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;

/** A configuration that reconnects quickly, in the making. */
final class UpstreamConfigs {
    static final Duration RECONNECT_MIN = Duration.ofMillis(100);
    static final Duration RECONNECT_MAX = Duration.ofMillis(400);

    private final List<ServerAddress> servers;
    private MqttVersion version = MqttVersion.V5;
    private int maxQos = 2;
    private @Nullable String username;
    private @Nullable Path passwordFile;
    private TlsConfig tls = new TlsConfig(null, null, null);
    private DeviceUpstreamConfig device =
            new DeviceUpstreamConfig("%c", null, null, null, null, null, Optional.empty());
    private Duration keepAlive = Duration.ofSeconds(60);
    private Duration connectTimeout = Duration.ofSeconds(10);
    private int receiveMaximum = 65_535;

    private UpstreamConfigs(List<ServerAddress> servers) {
        this.servers = servers;
    }

    static UpstreamConfig of(int port) {
        return to(new ServerAddress("127.0.0.1", port)).build();
    }

    static UpstreamConfig of(List<ServerAddress> servers, @Nullable String username, @Nullable Path passwordFile) {
        return new UpstreamConfigs(servers).login(username, passwordFile).build();
    }

    static UpstreamConfigs to(ServerAddress... servers) {
        return new UpstreamConfigs(List.of(servers));
    }

    UpstreamConfigs version(MqttVersion version) {
        this.version = version;
        return this;
    }

    UpstreamConfigs maxQos(int maxQos) {
        this.maxQos = maxQos;
        return this;
    }

    UpstreamConfigs login(@Nullable String username, @Nullable Path passwordFile) {
        this.username = username;
        this.passwordFile = passwordFile;
        return this;
    }

    UpstreamConfigs tls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
        this.tls = new TlsConfig(ca, certificate, key);
        return this;
    }

    UpstreamConfigs device(DeviceUpstreamConfig device) {
        this.device = device;
        return this;
    }

    UpstreamConfigs keepAlive(Duration keepAlive) {
        this.keepAlive = keepAlive;
        return this;
    }

    UpstreamConfigs connectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        return this;
    }

    UpstreamConfigs receiveMaximum(int receiveMaximum) {
        this.receiveMaximum = receiveMaximum;
        return this;
    }

    UpstreamConfig build() {
        return new UpstreamConfig(
                Mode.POOLED,
                servers,
                version,
                maxQos,
                username,
                passwordFile,
                tls,
                device,
                keepAlive,
                connectTimeout,
                RECONNECT_MIN,
                RECONNECT_MAX,
                Duration.ofDays(1),
                receiveMaximum,
                1000,
                10_000,
                16 << 20,
                false,
                16,
                200,
                Duration.ofMillis(500),
                null,
                Duration.ofSeconds(60));
    }
}
