// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.DeviceUpstreamConfig;
import org.sngateway.gateway.config.FileTemplate;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.ServerAddress.Scheme;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.MosquittoProcess;

/** TLS, with and without a certificate of one's own, and WebSockets. */
class TlsConnectionIT {
    @TempDir
    private Path directory;

    @TempDir
    private Path files;

    private Certificates certificates;

    @BeforeEach
    void needMosquitto() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
        certificates = new Certificates(files);
    }

    private MosquittoProcess broker(Certificates.Identity identity, String... more) throws IOException {
        String[] settings = new String[more.length + 2];
        settings[0] = "certfile " + identity.certificate();
        settings[1] = "keyfile " + identity.key();
        System.arraycopy(more, 0, settings, 2, more.length);
        return MosquittoProcess.start(directory, settings);
    }

    private static ServerAddress mqtts(String host, int port) {
        return new ServerAddress(Scheme.MQTTS, host, port, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void shouldConnectToAServerOfThisName(String host) throws Exception {
        try (MosquittoProcess broker = broker(certificates.server());
                ConnectionProbe probe =
                        new ConnectionProbe(trusting(host, broker).build()).open()) {
            probe.awaitConnected();
            assertThat(probe.publish("a", Qos.EXACTLY_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
        }
    }

    private UpstreamConfigs trusting(String host, MosquittoProcess broker) throws IOException {
        return UpstreamConfigs.to(mqtts(host, broker.port())).tls(certificates.authority(), null, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void shouldNotConnectToAServerOfAnotherName(String host) throws Exception {
        try (MosquittoProcess broker = broker(certificates.serverOfAnotherName());
                ConnectionProbe probe =
                        new ConnectionProbe(trusting(host, broker).build()).open()) {
            assertThat(probe.awaitDisconnected())
                    .matches(told -> told.cause() == Cause.TLS)
                    .matches(told -> told.reason().contains("No subject alternative"), "names the reason");
        }
    }

    @Test
    void shouldNotConnectToAServerWhoseCertificateHasExpired() throws Exception {
        try (MosquittoProcess broker = broker(certificates.expiredServer());
                ConnectionProbe probe =
                        new ConnectionProbe(trusting("127.0.0.1", broker).build()).open()) {
            ConnectionProbe.Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).isEqualTo(Cause.TLS);
            assertThat(told.reason()).contains("NotAfter: Thu Dec 31", "2020");
        }
    }

    @Test
    void shouldNotConnectToAServerThatNobodyVouchesFor() throws Exception {
        try (MosquittoProcess broker = broker(certificates.server());
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.to(mqtts("127.0.0.1", broker.port()))
                                .build())
                        .open()) {
            ConnectionProbe.Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).isEqualTo(Cause.TLS);
            assertThat(told.reason()).contains("unable to find valid certification path");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256"})
    void shouldShowTheCertificateOfTheGateway(Algorithm algorithm) throws Exception {
        Certificates.Identity gateway = certificates.client("gateway", algorithm);
        try (MosquittoProcess broker =
                broker(certificates.server(), "cafile " + certificates.authority(), "require_certificate true")) {
            try (ConnectionProbe probe = new ConnectionProbe(trusting("localhost", broker)
                            .tls(certificates.authority(), gateway.certificate(), gateway.key())
                            .build())
                    .open()) {
                probe.awaitConnected();
            }
            try (ConnectionProbe probe =
                    new ConnectionProbe(trusting("localhost", broker).build()).open()) {
                assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.TLS);
            }
        }
    }

    @Test
    void shouldShowEachDevicesCertificate() throws Exception {
        Certificates.Identity gateway = certificates.client("gateway", Algorithm.ecp256);
        certificates.client("pump-1", Algorithm.ecp256);
        Path rules = Files.writeString(directory.resolve("acl"), "pattern readwrite of/%u/#\n");
        try (MosquittoProcess broker = broker(
                certificates.server(),
                "cafile " + certificates.authority(),
                "require_certificate true",
                "use_identity_as_username true",
                "allow_anonymous true",
                "acl_file " + rules)) {
            UpstreamConfig config = trusting("localhost", broker)
                    .tls(certificates.authority(), gateway.certificate(), gateway.key())
                    .device(new DeviceUpstreamConfig(
                            "%c",
                            null,
                            null,
                            new FileTemplate(files + "/%c.pem"),
                            new FileTemplate(files + "/%c.key"),
                            null,
                            Optional.empty()))
                    .build();
            try (ConnectionProbe probe = new ConnectionProbe(config, device("pump-1")).open()) {
                probe.awaitConnected();
                assertThat(probe.publish("of/pump-1/a", Qos.AT_LEAST_ONCE).join())
                        .isEqualTo(PublishOutcome.ACCEPTED);
                assertThat(probe.publish("of/gateway/a", Qos.AT_LEAST_ONCE).join())
                        .isEqualTo(PublishOutcome.REFUSED);
            }
            try (ConnectionProbe probe = new ConnectionProbe(config, device("pump-2")).open()) {
                ConnectionProbe.Disconnected told = probe.awaitDisconnected();
                assertThat(told.cause()).isEqualTo(Cause.CREDENTIALS);
                assertThat(told.reason()).contains("pump-2.pem");
            }
        }
    }

    private static Spec device(String clientId) {
        return new Spec(clientId, new BrokerConnection.Identity.OfDevice(clientId), true, true, null);
    }

    @Test
    void shouldTakeANewCertificateForTheNextConnection() throws Exception {
        Certificates.Identity gateway = certificates.client("gateway", Algorithm.ecp256);
        Path other = Files.createDirectory(files.resolve("other"));
        Certificates strangers = new Certificates(other);
        Certificates.Identity stranger = strangers.client("gateway", Algorithm.ecp256);
        Path certificate = Files.copy(stranger.certificate(), files.resolve("used.pem"));
        Path key = Files.copy(stranger.key(), files.resolve("used.key"));
        try (MosquittoProcess broker = broker(
                        certificates.server(), "cafile " + certificates.authority(), "require_certificate true");
                ConnectionProbe probe = new ConnectionProbe(trusting("localhost", broker)
                                .tls(certificates.authority(), certificate, key)
                                .build())
                        .open()) {
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.TLS);

            replace(certificate, gateway.certificate());
            replace(key, gateway.key());

            probe.awaitConnected();
        }
    }

    /** With a time of its own, since the files are made within one tick of some file systems. */
    private static void replace(Path file, Path by) throws IOException {
        Files.writeString(file, Files.readString(by));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
    }

    @Test
    void shouldSayThatAServerDoesNotSpeakTls() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe =
                        new ConnectionProbe(trusting("localhost", broker).build()).open()) {
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.TLS);
        }
    }

    @Test
    void shouldSayThatAServerDoesNotSpeakMqttInTheClear() throws Exception {
        try (MosquittoProcess broker = broker(certificates.server());
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            assertThat(probe.awaitDisconnected().cause()).isIn(Cause.PROTOCOL, Cause.UNREACHABLE);
        }
    }

    // ---- WebSockets

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldConnectThroughAWebSocket(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                WebSocketFront front = new WebSocketFront(broker.port(), "/mqtt", null);
                ConnectionProbe probe = new ConnectionProbe(
                                UpstreamConfigs.to(new ServerAddress(Scheme.WS, "127.0.0.1", front.port(), "/mqtt"))
                                        .version(version)
                                        .build())
                        .open()) {
            probe.awaitConnected();
            probe.subscribe("a");
            assertThat(probe.publish("a", Qos.EXACTLY_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
            probe.awaitMessage();
        }
    }

    @Test
    void shouldSayThatThereIsNoWebSocketAtThePath() throws Exception {
        try (WebSocketFront front = new WebSocketFront(1, "/elsewhere", null);
                ConnectionProbe probe = new ConnectionProbe(
                                UpstreamConfigs.to(new ServerAddress(Scheme.WS, "127.0.0.1", front.port(), "/mqtt"))
                                        .build())
                        .open()) {
            ConnectionProbe.Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).isEqualTo(Cause.PROTOCOL);
            assertThat(told.reason()).contains("404");
        }
    }

    /** One of each kind in a row, until one is there. */
    @Test
    void shouldFailOverFromOneKindOfServerToAnother() throws Exception {
        Certificates.Identity identity = certificates.server();
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                WebSocketFront front = new WebSocketFront(broker.port(), "/b", identity.bundle());
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.to(
                                        new ServerAddress("127.0.0.1", MosquittoProcess.freePort()),
                                        mqtts("127.0.0.1", broker.port()),
                                        new ServerAddress(Scheme.WS, "127.0.0.1", front.port(), "/b"),
                                        new ServerAddress(Scheme.WSS, "localhost", front.port(), "/b"))
                                .tls(certificates.authority(), null, null)
                                .build())
                        .open()) {
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.UNREACHABLE);
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.TLS);
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.PROTOCOL);
            probe.awaitConnected();
            assertThat(probe.publish("a", Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
        }
    }
}
