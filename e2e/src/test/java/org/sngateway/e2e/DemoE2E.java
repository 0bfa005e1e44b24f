// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code sn-gateway demo} as a user starts it, with its broker and its devices; needs no Mosquitto. */
@Timeout(180)
class DemoE2E {
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(20);
    private static final String BROKER = "  broker    mqtt://127.0.0.1:";

    private static Mqtt5BlockingClient connect(ChildProcess demo) throws InterruptedException {
        String line = demo.awaitLine(text -> text.startsWith(BROKER), START);
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(Integer.parseInt(line.substring(BROKER.length())))
                .buildBlocking();
        client.connect();
        return client;
    }

    @Test
    void shouldShowReadingsAndAnswerACommand() throws Exception {
        try (ChildProcess demo = ChildProcess.launch("sn-gateway", "demo", "--nodes", "3", "--port", "0")) {
            Mqtt5BlockingClient application = connect(demo);
            try (Mqtt5BlockingClient.Mqtt5Publishes received = application.publishes(MqttGlobalPublishFilter.ALL)) {
                application
                        .subscribeWith()
                        .topicFilter("demo/+/temperature")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
                assertThat(received.receive(30, TimeUnit.SECONDS)).isPresent();
                demo.awaitLine(line -> line.startsWith("devices 3 ") && line.endsWith(" C"), START);
                application.unsubscribeWith().topicFilter("demo/+/temperature").send();

                application.subscribeWith().topicFilter("demo/demo-2/answer").send();
                application
                        .publishWith()
                        .topic("demo/demo-2/command")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("blink".getBytes(StandardCharsets.UTF_8))
                        .send();
                demo.awaitLine(line -> line.equals("demo-2 receives the command: blink"), END);
                assertThat(answerTo("blink", received)).isTrue();
            }
            demo.terminate();
            assertThat(demo.awaitExit(END)).isZero();
        }
    }

    /** The demo's own hello may be answered in between, and readings may still be on their way. */
    private static boolean answerTo(String command, Mqtt5BlockingClient.Mqtt5Publishes received)
            throws InterruptedException {
        String wanted = "{\"command\":\"" + command + "\",\"ok\":true}";
        Optional<Mqtt5Publish> message = received.receive(20, TimeUnit.SECONDS);
        while (message.isPresent()) {
            if (new String(message.get().getPayloadAsBytes(), StandardCharsets.UTF_8).equals(wanted)) {
                return true;
            }
            message = received.receive(20, TimeUnit.SECONDS);
        }
        return false;
    }

    @Test
    void shouldTakeAFreePortAndEndByItself() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ChildProcess demo = ChildProcess.launch(
                        "sn-gateway",
                        "demo",
                        "--nodes",
                        "1",
                        "--seconds",
                        "2",
                        "--port",
                        Integer.toString(taken.getLocalPort()))) {
            demo.awaitLine(
                    line -> line.equals(
                            "UDP port " + taken.getLocalPort() + " is taken, so the gateway takes a free one"),
                    START);
            assertThat(demo.awaitExit(START)).isZero();
        }
    }

    @Test
    void shouldLeaveNoProcessBehindWhenKilled() throws Exception {
        try (ChildProcess demo = ChildProcess.launch("sn-gateway", "demo", "--nodes", "2", "--port", "0")) {
            demo.awaitLine(line -> line.startsWith("devices 2 "), START);
            List<ProcessHandle> children =
                    ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
            assertThat(children).hasSize(2);

            demo.kill();

            for (ProcessHandle child : children) {
                assertThat(child.onExit()).succeedsWithin(END);
            }
        }
    }
}
