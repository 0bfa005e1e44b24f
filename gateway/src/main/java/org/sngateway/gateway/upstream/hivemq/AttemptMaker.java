// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuthBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.DeviceCredentials;
import org.sngateway.gateway.config.DeviceUpstreamConfig;
import org.sngateway.gateway.config.FileTemplate;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;

/** Prepares attempts to connect. Looking up names and reading files may block, so it is done off the loops; thread-safe. */
final class AttemptMaker {
    private static final DeviceCredentials NO_ENTRY = new DeviceCredentials(null, null, null, null, null);

    private final UpstreamConfig config;
    private final DeviceUpstreamConfig ofDevices;
    private final TlsContexts contexts;
    private final @Nullable CredentialsFile credentialsFile;

    /** @param handshakes does the arithmetic of TLS handshakes */
    AttemptMaker(UpstreamConfig config, Executor handshakes) {
        this.config = config;
        this.ofDevices = config.device();
        this.contexts = new TlsContexts(config.tls().ca(), handshakes);
        this.credentialsFile =
                ofDevices.credentialsFile() == null ? null : new CredentialsFile(ofDevices.credentialsFile());
    }

    /** The MQTT client id of a connection. */
    String clientId(Spec spec) {
        return spec.identity() instanceof Identity.OfDevice device
                ? ofDevices.clientIdOf(device.clientId())
                : spec.clientId();
    }

    /**
     * Looks up the server's name and reads the credentials.
     *
     * @throws IOException when the server's name is not known
     * @throws UnusableCredentialsException when a file is missing or bad
     */
    Attempt make(ServerAddress server, Identity identity) throws IOException, UnusableCredentialsException {
        Credentials credentials = identity instanceof Identity.OfDevice device
                ? credentials(device.clientId())
                : new Credentials(
                        login(config.username(), password(config.passwordFile())),
                        config.tls().certificate(),
                        config.tls().key());
        SslContext tls = server.scheme().isTls() ? contexts.of(credentials.certificate(), credentials.key()) : null;
        return new Attempt(transport(server), tls, credentials.login());
    }

    // ---- where to

    private MqttClientTransportConfig transport(ServerAddress server) throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException("unknown host " + server.host());
        }
        long timeout = config.connectTimeout().toMillis();
        MqttClientTransportConfigBuilder transport = MqttClientTransportConfig.builder()
                .serverAddress(address)
                .socketConnectTimeout(timeout, TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(timeout, TimeUnit.MILLISECONDS);
        if (server.scheme().isTls()) { // what else it takes is in the context
            transport = transport.sslConfig(MqttClientSslConfig.builder()
                    .handshakeTimeout(timeout, TimeUnit.MILLISECONDS)
                    .build());
        }
        if (server.scheme().isWebSocket()) {
            transport = transport.webSocketConfig(MqttWebSocketConfig.builder()
                    .serverPath(server.path().substring(1))
                    .handshakeTimeout(timeout, TimeUnit.MILLISECONDS)
                    .build());
        }
        return transport.build();
    }

    // ---- as whom

    /** @param key null exactly when {@code certificate} is */
    private record Credentials(
            @Nullable Mqtt5SimpleAuth login,
            @Nullable Path certificate,
            @Nullable Path key) {}

    /** A device's entry in the file, completed by the templates, completed by the gateway's own. */
    private Credentials credentials(String device) throws UnusableCredentialsException {
        DeviceCredentials entry = credentialsFile == null ? NO_ENTRY : credentialsFile.of(device);
        String username = entry.username() != null ? entry.username() : ofDevices.usernameOf(device);
        Path certificate = entry.certificate();
        Path key = entry.key();
        if (certificate == null) {
            certificate = file(ofDevices.certificate(), device);
            key = file(ofDevices.key(), device);
        }
        if (certificate == null) {
            certificate = config.tls().certificate();
            key = config.tls().key();
        }
        return new Credentials(
                login(username != null ? username : config.username(), password(entry, device)), certificate, key);
    }

    private byte @Nullable [] password(DeviceCredentials entry, String device) throws UnusableCredentialsException {
        if (entry.password() != null) {
            return entry.password().getBytes(StandardCharsets.UTF_8);
        }
        if (entry.passwordFile() != null) {
            return password(entry.passwordFile());
        }
        Path ofDevice = file(ofDevices.passwordFile(), device);
        return password(ofDevice != null ? ofDevice : config.passwordFile());
    }

    private static @Nullable Path file(@Nullable FileTemplate template, String device)
            throws UnusableCredentialsException {
        return template == null
                ? null
                : template.of(device)
                        .orElseThrow(() -> new UnusableCredentialsException("the client id of device " + device
                                + " cannot be part of the path " + template.path()));
    }

    private static byte @Nullable [] password(@Nullable Path file) throws UnusableCredentialsException {
        if (file == null) {
            return null;
        }
        try {
            return Files.readString(file).stripTrailing().getBytes(StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UnusableCredentialsException("password file " + file + " cannot be read", failure);
        }
    }

    private static @Nullable Mqtt5SimpleAuth login(@Nullable String username, byte @Nullable [] password) {
        if (username == null) {
            return password == null
                    ? null
                    : Mqtt5SimpleAuth.builder().password(password).build();
        }
        Mqtt5SimpleAuthBuilder.Complete login = Mqtt5SimpleAuth.builder().username(username);
        return password == null ? login.build() : login.password(password).build();
    }
}
