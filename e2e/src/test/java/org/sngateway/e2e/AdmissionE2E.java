// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.MqttApp;
import org.sngateway.testsupport.broker.MqttVersion;

/** Section {@code admission} of the packaged gateway, and its reload. */
final class AdmissionE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CLIENTS = """
            pump-7: { publish: ["extra/%c"], will: false, predefined: { 5: extra/pump-7 } }
            """;
    private static final String RULES = """
            admission:
              allow: ["pump-*"]
              publish:   [{ device: "pump-*", topics: ["pumps/%c/#"] }]
              subscribe: [{ device: "pump-*", topics: ["cmd/%c", "cmd/all"] }]
              clients-file: clients.yaml
            """;

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private String lastOutput = "";

    @BeforeEach
    void startBroker() throws IOException {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(Files.createDirectory(directory.resolve("broker")));
    }

    @AfterEach
    void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    private GatewayProcess start(String more) throws Exception {
        Files.writeString(directory.resolve("clients.yaml"), CLIENTS);
        GatewayProcess gateway = GatewayProcess.start(directory, broker.port(), "gateway: { shards: 1 }\n" + more);
        gateway.awaitBroker(1);
        return gateway;
    }

    /** Changes the file that the gateway was started with. */
    private void edit(String before, String after) throws IOException {
        Path file = directory.resolve("sn-gateway.yaml");
        String text = Files.readString(file);
        assertThat(text).contains(before);
        Files.writeString(file, text.replace(before, after));
    }

    private static void connect(SnDevice device, String clientId, ReturnCode answer) throws IOException {
        device.send(new Connect(false, false, 60, clientId));
        assertThat(device.expect(ConnAck.class).returnCode()).isEqualTo(answer);
    }

    @Test
    void shouldTellDevicesWhatTheyMayNot() throws Exception {
        try (GatewayProcess gateway = start(RULES);
                MqttApp app = MqttApp.of(MqttVersion.MQTT_5, broker.port(), "app");
                SnDevice thief = new SnDevice(gateway.address());
                SnDevice device = new SnDevice(gateway.address())) {
            app.connect(false);
            app.subscribe("+/pump-7/#", 1);
            connect(thief, "valve-1", ReturnCode.NOT_SUPPORTED);
            connect(device, "pump-7", ReturnCode.ACCEPTED);

            device.send(register(1, "pumps/pump-8/rpm"));
            assertThat(device.expect(RegAck.class).returnCode()).isEqualTo(ReturnCode.NOT_SUPPORTED);
            device.send(register(2, "pumps/pump-7/rpm"));
            RegAck registered = device.expect(RegAck.class);
            assertThat(registered.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            device.send(subscribe(3, Qos.AT_LEAST_ONCE, "cmd/+"));
            assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.NOT_SUPPORTED);
            device.send(subscribe(4, Qos.AT_LEAST_ONCE, "cmd/pump-7"));
            assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            device.send(publish1(5, id(registered.topicId()), "900"));
            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            device.send(publish1(6, predefined(5), "of the clients file"));
            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);

            assertThat(app.awaitMessages(2))
                    .extracting(MqttApp.Message::topic)
                    .containsExactly("pumps/pump-7/rpm", "extra/pump-7");
            AdminPages pages = new AdminPages(gateway);
            assertThat(pages.metric("sn_gateway_refusals_total{reason=\"client-id\"}"))
                    .isEqualTo(1);
            assertThat(pages.metric("sn_gateway_refusals_total{reason=\"publish\"}"))
                    .isEqualTo(1);
            assertThat(pages.metric("sn_gateway_refusals_total{reason=\"subscribe\"}"))
                    .isEqualTo(1);
            assertThat(gateway.process().findLine(line -> line.contains("refused"), Duration.ofMillis(100)))
                    .isPresent();
        }
    }

    @Test
    void shouldNotHearNetworksThatAreDenied() throws Exception {
        try (GatewayProcess gateway =
                        start("admission: { networks: { deny: \"127.0.0.2\" }, rate: { per-source: 20/s } }");
                SnDevice denied = new SnDevice(new UdpLink(gateway.address(), "127.0.0.2"));
                SnDevice noisy = new SnDevice(new UdpLink(gateway.address(), "127.0.0.3"));
                SnDevice device = new SnDevice(gateway.address())) {
            denied.send(new Connect(false, true, 60, "denied"));
            for (int i = 0; i < 500; i++) {
                noisy.send(new PingReq(""));
            }
            device.connect("pump-7");

            denied.expectNothing(200);
            AdminPages pages = new AdminPages(gateway);
            assertThat(pages.metric("sn_gateway_refusals_total{reason=\"network\"}"))
                    .isEqualTo(1);
            assertThat(pages.metric("sn_gateway_refusals_total{reason=\"source-rate\"}"))
                    .isBetween(400.0, 480.0);
            assertThat(pages.metric("sn_gateway_sessions{state=\"active\"}")).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepADeviceToItsRate() throws Exception {
        try (GatewayProcess gateway =
                        start("admission: { rate: { per-device: 5/s } }\ntopics: { predefined: { 1: t } }");
                SnDevice device = new SnDevice(gateway.address())) {
            device.connect("pump-7");
            int congested = 0;
            for (int i = 1; i <= 20; i++) {
                device.send(publish1(i, predefined(1), "x"));
                congested += device.expect(PubAck.class).returnCode().equals(ReturnCode.CONGESTION) ? 1 : 0;
            }

            assertThat(congested).isBetween(10, 15);
            assertThat(new AdminPages(gateway).metric("sn_gateway_refusals_total{reason=\"device-rate\"}"))
                    .isEqualTo(congested);
        }
    }

    // ---- reload

    @Test
    void shouldReloadOnSighup() throws Exception {
        try (GatewayProcess gateway = start(RULES);
                MqttApp app = MqttApp.of(MqttVersion.MQTT_5, broker.port(), "app");
                SnDevice sleeper = new SnDevice(gateway.address());
                SnDevice shutOut = new SnDevice(gateway.address())) {
            app.connect(false);
            connect(shutOut, "pump-8", ReturnCode.ACCEPTED);
            connect(sleeper, "pump-7", ReturnCode.ACCEPTED);
            sleeper.send(subscribe(1, Qos.AT_LEAST_ONCE, "cmd/pump-7"));
            sleeper.expect(SubAck.class);
            sleeper.send(new Disconnect(600));
            sleeper.expect(Disconnect.class);
            app.publish("cmd/pump-7", "stop", 1);
            AdminPages pages = new AdminPages(gateway);
            pages.awaitMetric("sn_gateway_broker_messages_received_total", received -> received >= 1);

            edit("allow: [\"pump-*\"]", "allow: [pump-7]");
            edit("gateway: { shards: 1 }", "gateway: { shards: 2, id: 9 }");
            gateway.process().hangUp();

            String reloaded = gateway.process().awaitLine(line -> line.contains("configuration reloaded"), PATIENCE);
            assertThat(reloaded)
                    .contains("in effect: admission.allow;")
                    .contains("after a restart: gateway.id, gateway.shards;")
                    .contains("ended: 1 sessions, 0 subscriptions");
            shutOut.expect(Disconnect.class);
            connect(shutOut, "pump-8", ReturnCode.NOT_SUPPORTED);
            sleeper.send(new PingReq("pump-7"));
            assertThat(sleeper.expect(Publish.class).data().toUtf8()).isEqualTo("stop");
        }
    }

    @Test
    void shouldReloadByCommandAndChangeNothingForABadFile() throws Exception {
        String store = "store: { directory: \"" + directory.resolve("store") + "\" }\n";
        try (GatewayProcess gateway = start(store + RULES);
                SnDevice device = new SnDevice(gateway.address())) {
            connect(device, "pump-7", ReturnCode.ACCEPTED);
            device.send(subscribe(1, Qos.AT_LEAST_ONCE, "cmd/all"));
            device.expect(SubAck.class);
            edit(
                    "admin: { bind: \"127.0.0.1:0\" }",
                    "admin: { bind: \"" + gateway.admin().getAuthority() + "\" }");

            edit("\"cmd/all\"", "\"cmd/#/all\"");
            assertThat(reload()).isEqualTo(2);
            assertThat(lastOutput).contains("admission.subscribe[0].topics[1]: \"cmd/#/all\" is not allowed");
            gateway.process().hangUp();
            gateway.process().awaitLine(line -> line.contains("configuration not reloaded"), PATIENCE);
            device.send(subscribe(2, Qos.AT_LEAST_ONCE, "cmd/all"));
            assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);

            edit("\"cmd/#/all\"", "\"cmd/none\"");
            Files.writeString(directory.resolve("clients.yaml"), "pump-7: {}");
            assertThat(reload()).isZero();
            assertThat(lastOutput)
                    .contains("in effect: admission.clients-file, admission.subscribe[0].topics")
                    .contains("after a restart: admin.bind")
                    .contains("ended: 0 sessions, 1 subscriptions");
            device.send(subscribe(3, Qos.AT_LEAST_ONCE, "cmd/all"));
            assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.NOT_SUPPORTED);
            device.send(new PingReq("")); // connected all the while
            device.expect(PingResp.class);
        }
    }

    private int reload() throws IOException, InterruptedException {
        try (ChildProcess command = ChildProcess.launch(
                "sn-gateway",
                "reload",
                "--config",
                directory.resolve("sn-gateway.yaml").toString())) {
            int code = command.awaitExit(PATIENCE);
            lastOutput = String.join("\n", command.output());
            return code;
        }
    }
}
