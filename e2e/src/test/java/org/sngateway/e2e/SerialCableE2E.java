// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.serial.framing.Framing;

/** A cable is pulled and put back while messages go both ways over it. */
final class SerialCableE2E {
    private static final String CONFIG = """
            gateway: { name: cable, shards: 2 }
            sessions: { retry-interval: 500ms, retry-count: 60 }
            """;
    private static final TopicRef UP = new TopicRef.ShortName("up");
    private static final TopicRef DOWN = new TopicRef.ShortName("dn");
    private static final int MESSAGES = 90;
    private static final int COMMANDS = 40;
    private static final Set<Integer> PULLED_AFTER = Set.of(30, 60);
    private static final int ANSWER_MILLIS = 500;
    private static final int ATTEMPTS_WITHOUT_CABLE = 4;

    @TempDir
    private Path directory;

    @Test
    void shouldLoseNothingAcknowledgedAndDisturbNobodyElse() throws Exception {
        NullModemCable.require();
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        try (SerialWire wire = new SerialWire(directory, Framing.SLIP_CRC16);
                MosquittoProcess broker = MosquittoProcess.start(directory);
                GatewayProcess gateway = GatewayProcess.startWithListener(
                        directory, wire.listener() + "\n  - " + new UdpWire().listener(), broker.port(), CONFIG)) {
            gateway.awaitBroker(2);
            wire.attach(gateway.listener().split(" ", 2)[0]);
            Mqtt5BlockingClient application = MqttClient.builder()
                    .useMqttVersion5()
                    .serverHost("127.0.0.1")
                    .serverPort(broker.port())
                    .buildBlocking();
            application.connect();
            try (Mqtt5BlockingClient.Mqtt5Publishes arrivals = application.publishes(MqttGlobalPublishFilter.ALL);
                    SnDevice device = new SnDevice(wire.link());
                    SnDevice neighbour = new SnDevice(gateway.address())) {
                application
                        .subscribeWith()
                        .topicFilter("up")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
                neighbour.connect("neighbour");
                device.connect("cabled");
                device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 1, DOWN));
                device.expect(SubAck.class);

                Run run = new Run(wire, device, neighbour, application);
                run.go();

                Set<String> expected = new HashSet<>();
                IntStream.rangeClosed(1, MESSAGES).forEach(i -> expected.add("message " + i));
                while (!expected.isEmpty()) {
                    Optional<Mqtt5Publish> arrival = arrivals.receive(10, TimeUnit.SECONDS);
                    assertThat(arrival).as("arrivals beside " + expected).isPresent();
                    expected.remove(new String(arrival.orElseThrow().getPayloadAsBytes(), StandardCharsets.UTF_8));
                }
            } finally {
                application.disconnect();
            }
            gateway.process().awaitLine(line -> line.contains("serial port is gone"), Duration.ofSeconds(10));
        }
    }

    /** It is sent to without having been heard of again, and publishes without having connected again. */
    @Test
    void shouldServeADeviceWhereItWasAfterTheGatewayWasKilled() throws Exception {
        NullModemCable.require();
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        String config = CONFIG + "store: { directory: \"%s\" }\n".formatted(directory.resolve("store"));
        try (SerialWire wire = new SerialWire(directory, Framing.SLIP);
                MosquittoProcess broker = MosquittoProcess.start(directory)) {
            SnDevice device;
            try (GatewayProcess gateway =
                    GatewayProcess.startWithListener(directory, wire.listener(), broker.port(), config)) {
                gateway.awaitBroker(2);
                wire.attach(gateway.listener());
                device = new SnDevice(wire.link());
                device.send(new Connect(false, false, 60, "cabled"));
                assertThat(device.expect(ConnAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 1, DOWN));
                assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                gateway.process().kill();
                gateway.process().awaitExit(Duration.ofSeconds(10));
            }
            wire.cable().pull(); // socat has ended with the one who used it
            wire.cable().plug();
            try (GatewayProcess gateway =
                    GatewayProcess.startWithListener(directory, wire.listener(), broker.port(), config)) {
                gateway.awaitBroker(2);
                Mqtt5BlockingClient application = MqttClient.builder()
                        .useMqttVersion5()
                        .serverHost("127.0.0.1")
                        .serverPort(broker.port())
                        .buildBlocking();
                application.connect();
                Run run = new Run(wire, device, device, application);
                run.command();
                for (int i = 0; run.commands.isEmpty(); i++) {
                    assertThat(i).as("polls for the command").isLessThan(60);
                    run.take(device.poll(ANSWER_MILLIS));
                }
                for (int attempt = 1; !run.publish(1, attempt > 1); attempt++) {
                    assertThat(attempt).as("attempts for the message").isLessThan(60);
                }
                application.disconnect();
            }
        }
    }

    /** The device's side: it publishes one message after the other, and takes commands whenever they come. */
    private static final class Run {
        private final SerialWire wire;
        private final SnDevice device;
        private final SnDevice neighbour;
        private final Mqtt5BlockingClient application;
        private final Set<String> commands = new HashSet<>();
        private int commandsSent;
        private int neighbours;

        Run(SerialWire wire, SnDevice device, SnDevice neighbour, Mqtt5BlockingClient application) {
            this.wire = wire;
            this.device = device;
            this.neighbour = neighbour;
            this.application = application;
        }

        void go() throws Exception {
            for (int i = 1; i <= MESSAGES; i++) {
                if (commandsSent < COMMANDS) {
                    command();
                }
                boolean pulled = PULLED_AFTER.contains(i);
                if (pulled) {
                    wire.cable().pull();
                }
                for (int attempt = 1; !publish(i, attempt > 1); attempt++) {
                    assertThat(attempt).as("attempts for message " + i).isLessThan(60);
                    if (pulled && attempt == ATTEMPTS_WITHOUT_CABLE) {
                        neighbourIsServed();
                        wire.cable().plug();
                    }
                }
            }
            for (int i = 0; commands.size() < COMMANDS; i++) {
                assertThat(i)
                        .as("polls for " + COMMANDS + " commands, have " + commands)
                        .isLessThan(200);
                take(device.poll(ANSWER_MILLIS));
            }
        }

        private void command() {
            application
                    .publishWith()
                    .topic("dn")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(("command " + ++commandsSent).getBytes(StandardCharsets.UTF_8))
                    .send();
        }

        /** Whether it was acknowledged. */
        private boolean publish(int number, boolean again) throws IOException {
            device.send(
                    new Publish(again, Qos.AT_LEAST_ONCE, false, UP, 100 + number, Payload.utf8("message " + number)));
            for (SnMessage answer = device.poll(ANSWER_MILLIS); answer != null; answer = device.poll(ANSWER_MILLIS)) {
                if (answer instanceof PubAck ack && ack.msgId() == 100 + number) {
                    assertThat(ack.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                    return true;
                }
                take(answer);
            }
            return false;
        }

        private void take(@Nullable SnMessage message) throws IOException {
            if (message instanceof Publish command) {
                commands.add(command.data().toUtf8());
                device.send(new PubAck(0, command.msgId(), ReturnCode.ACCEPTED));
            }
        }

        private void neighbourIsServed() throws IOException {
            neighbour.send(new Publish(
                    false, Qos.AT_LEAST_ONCE, false, UP, ++neighbours, Payload.utf8("meanwhile " + neighbours)));
            assertThat(neighbour.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        }
    }
}
