// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.TestCertificates;
import org.sngateway.testsupport.broker.TestCertificates.Identity;
import org.sngateway.testsupport.broker.TestCertificates.ServerCertificate;
import org.sngateway.transport.dtls.PskKey;

/** DTLS listeners of the packaged gateway, with devices of another make and with many. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DtlsE2E {
    private static final int SLEEPERS = 1000;
    private static final String SHARDS = "gateway: { shards: 2 }";

    @TempDir
    private Path directory;

    private MosquittoProcess broker;

    @BeforeEach
    void start() throws Exception {
        boolean ci = System.getenv("CI") != null; // where a tool that is missing is a failure
        assumeTrue(MosquittoProcess.isInstalled() || ci, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static void requireOpenssl() {
        assumeTrue(OpensslClient.isInstalled() || System.getenv("CI") != null, "openssl is not installed");
    }

    @Test
    void shouldServeOpensslWithAPreSharedKey() throws Exception {
        requireOpenssl();
        Files.writeString(directory.resolve("psk.txt"), "pump-7: 0102030405060708\npump-8: text:secret\n");
        try (GatewayProcess gateway =
                GatewayProcess.startDtls(directory, broker.port(), "psk-file: psk.txt, client-id: same", SHARDS)) {
            for (String cipher : new String[] {"PSK-AES128-GCM-SHA256", "PSK-AES128-CCM8", "PSK-AES128-CBC-SHA256"}) {
                try (OpensslClient device = OpensslClient.start(
                        gateway.address(), "-psk_identity", "pump-7", "-psk", "0102030405060708", "-cipher", cipher)) {
                    connects(device, "pump-7");
                }
            }
            String text = String.format("%x", new BigInteger(1, "secret".getBytes(StandardCharsets.UTF_8)));
            try (OpensslClient device =
                    OpensslClient.start(gateway.address(), "-psk_identity", "pump-8", "-psk", text)) {
                device.send(new Connect(false, true, 60, "pump-7"));
                device.expect(new ConnAck(ReturnCode.NOT_SUPPORTED));
                connects(device, "pump-8");
            }
        }
    }

    @Test
    void shouldServeOpensslWithCertificates() throws Exception {
        requireOpenssl();
        TestCertificates certificates = TestCertificates.create(directory);
        Identity server = certificates.server(ServerCertificate.VALID);
        Identity device = certificates.client("pump-7");
        String keys = "certificate: \"%s\", key: \"%s\", ca: \"%s\", client-id: same"
                .formatted(server.certificate(), server.key(), certificates.authority());
        try (GatewayProcess gateway = GatewayProcess.startDtls(directory, broker.port(), keys, SHARDS);
                OpensslClient openssl = OpensslClient.start(
                        gateway.address(),
                        "-CAfile",
                        certificates.authority().toString(),
                        "-verify_return_error",
                        "-cert",
                        device.certificate().toString(),
                        "-key",
                        device.key().toString())) {
            connects(openssl, "pump-7");
        }
    }

    private static void connects(OpensslClient device, String clientId) throws Exception {
        device.send(new Connect(false, true, 60, clientId));
        device.expect(new ConnAck(ReturnCode.ACCEPTED));
        device.send(new PingReq(""));
        device.expect(new PingResp());
    }

    @Test
    void shouldLeaveAKeptSessionToItsOwnerAfterTheGatewayWasKilled() throws Exception {
        requireOpenssl();
        Files.writeString(directory.resolve("psk.txt"), "owner: 0102030405060708\nthief: 0a0b0c0d0e0f\n");
        String keys = "psk-file: psk.txt, client-id: any";
        String more = SHARDS + "\nstore: { directory: \"%s\" }".formatted(directory.resolve("store"));
        try (GatewayProcess gateway = GatewayProcess.startDtls(directory, broker.port(), keys, more);
                OpensslClient owner = OpensslClient.withKey(gateway.address(), "owner", "0102030405060708")) {
            owner.send(new Connect(false, false, 60, "pump"));
            owner.expect(new ConnAck(ReturnCode.ACCEPTED));
            owner.send(new Register(0, 7, "data/pump"));
            owner.expect(new RegAck(1, 7, ReturnCode.ACCEPTED));
            gateway.process().kill();
            gateway.process().awaitExit(Duration.ofSeconds(10));
        }
        try (GatewayProcess gateway = GatewayProcess.startDtls(directory, broker.port(), keys, more)) {
            gateway.awaitBroker(2);
            try (OpensslClient thief = OpensslClient.withKey(gateway.address(), "thief", "0a0b0c0d0e0f")) {
                thief.send(new Connect(false, false, 60, "pump"));
                thief.expect(new ConnAck(ReturnCode.NOT_SUPPORTED));
            }
            try (OpensslClient owner = OpensslClient.withKey(gateway.address(), "owner", "0102030405060708")) {
                owner.send(new Connect(false, false, 60, "pump"));
                owner.expect(new ConnAck(ReturnCode.ACCEPTED));
                owner.send(new Publish(
                        false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(1), 8, Payload.utf8("same session")));
                owner.expect(new PubAck(1, 8, ReturnCode.ACCEPTED));
            }
        }
    }

    /** With connection ids: no handshake but the first, and nothing lost. */
    @Test
    void shouldServeSleepersThatWakeAtAnotherPort() throws Exception {
        Files.writeString(
                directory.resolve("psk.txt"),
                IntStream.range(0, SLEEPERS)
                        .mapToObj(i -> "sleeper-" + i + ": 0a0b0c0d")
                        .collect(Collectors.joining("\n")));
        String keys = "psk-file: psk.txt, client-id: same, handshake-rate: off";
        try (GatewayProcess gateway = GatewayProcess.startDtls(directory, broker.port(), keys, SHARDS);
                DtlsFleet fleet = new DtlsFleet(
                        gateway.address(), SLEEPERS, "sleeper-%d", PskKey.of(new byte[] {10, 11, 12, 13}))) {
            gateway.awaitBroker(2);
            fleet.devices().forEach(DtlsFleet.Device::connect);
            assertThat(fleet.asleep().await(100, TimeUnit.SECONDS)).isTrue();

            publishToAll(fleet);
            AdminPages pages = new AdminPages(gateway);
            pages.awaitMetric("sn_gateway_broker_messages_received_total", value -> value == SLEEPERS);
            fleet.devices().forEach(DtlsFleet.Device::wakeElsewhere);

            assertThat(fleet.awake().await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(fleet.devices())
                    .allSatisfy(device -> assertThat(device.received()).containsExactly("for " + device.clientId()));
            String listener = "listener=\"dtls:127.0.0.1:" + gateway.address().getPort() + "\"";
            // A device whose old port another one has got meanwhile has no address that it could have moved from.
            assertThat(pages.metric("sn_gateway_dtls_moves_total{" + listener + "}"))
                    .isBetween(SLEEPERS * 0.9, (double) SLEEPERS);
            assertThat(pages.metric("sn_gateway_dtls_handshakes_total{kind=\"full\"," + listener + "}"))
                    .isEqualTo(SLEEPERS);
            assertThat(pages.metric("sn_gateway_dtls_handshakes_total{kind=\"resumed\"," + listener + "}"))
                    .isZero();
        }
    }

    private void publishToAll(DtlsFleet fleet) {
        Mqtt5BlockingClient application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        application.connect();
        for (DtlsFleet.Device device : fleet.devices()) {
            application
                    .publishWith()
                    .topic("cmd/" + device.clientId())
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(("for " + device.clientId()).getBytes(StandardCharsets.UTF_8))
                    .send();
        }
        application.disconnect();
    }
}
