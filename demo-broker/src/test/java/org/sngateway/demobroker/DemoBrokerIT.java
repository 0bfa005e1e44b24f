// SPDX-License-Identifier: Apache-2.0
package org.sngateway.demobroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class DemoBrokerIT {
    private static final String READY = "ready mqtt://127.0.0.1:";
    private static final int END_SECONDS = 45;

    @TempDir
    private Path temporary;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void shouldCarryMessagesAtEveryQos() throws Exception {
        int port = portOf(start("--port", "0"));
        Mqtt5BlockingClient client =
                Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildBlocking();
        try (Mqtt5BlockingClient.Mqtt5Publishes received = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connect();
            client.subscribeWith()
                    .topicFilter("greeting/+")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            for (MqttQos qos : MqttQos.values()) {
                client.publishWith()
                        .topic("greeting/" + qos.getCode())
                        .qos(qos)
                        .payload(utf8("hello"))
                        .send();
                Optional<Mqtt5Publish> message = received.receive(10, TimeUnit.SECONDS);
                assertThat(message).isPresent();
                assertThat(message.get().getTopic()).hasToString("greeting/" + qos.getCode());
                assertThat(message.get().getPayloadAsBytes()).isEqualTo(utf8("hello"));
            }
        }
        client.disconnect();
    }

    @Test
    void shouldEndWhenStandardInputCloses() throws Exception {
        Process broker = start("--port", "0");
        portOf(broker);
        assertThat(filesIn(temporary)).isNotEmpty();

        broker.getOutputStream().close();

        assertThat(broker.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(broker.exitValue()).isZero();
        assertThat(filesIn(temporary)).isEmpty();
    }

    @Test
    void shouldEndOnSigtermAndPrintNothingElse() throws Exception {
        Process broker = start("--port", "0");
        BufferedReader output = broker.inputReader(StandardCharsets.UTF_8);
        assertThat(output.readLine()).startsWith(READY);

        // not Process.destroy, which closes the streams that are read below
        broker.toHandle().destroy();

        assertThat(broker.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(filesIn(temporary)).isEmpty();
        assertThat(output.lines()).isEmpty();
        assertThat(broker.errorReader(StandardCharsets.UTF_8).lines()).isEmpty();
    }

    @Test
    void shouldSayThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process broker = start("--port", Integer.toString(taken.getLocalPort()));

            assertThat(broker.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(broker.exitValue()).isEqualTo(1);
            assertThat(broker.errorReader(StandardCharsets.UTF_8).lines())
                    .contains(
                            "demo-broker: cannot start on 127.0.0.1:" + taken.getLocalPort() + "; is the port taken?");
            assertThat(filesIn(temporary)).isEmpty();
        }
    }

    @Test
    void shouldKeepRetainedMessagesInNamedDirectory() throws Exception {
        String directory = temporary.resolve("kept").toString();
        Process first = start("--port", "0", "--persistent", directory);
        Mqtt5BlockingClient writer = connected(portOf(first));
        writer.publishWith()
                .topic("state")
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload(utf8("on"))
                .send();
        first.getOutputStream().close();
        assertThat(first.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();

        Mqtt5BlockingClient reader = connected(portOf(start("--port", "0", "--persistent", directory)));
        try (Mqtt5BlockingClient.Mqtt5Publishes received = reader.publishes(MqttGlobalPublishFilter.ALL)) {
            reader.subscribeWith().topicFilter("state").send();
            assertThat(received.receive(10, TimeUnit.SECONDS))
                    .hasValueSatisfying(
                            message -> assertThat(message.getPayloadAsBytes()).isEqualTo(utf8("on")));
        }
        reader.disconnect();
    }

    private Process start(String... arguments) throws IOException {
        Path target = Path.of(System.getProperty("sn.home"), "demo-broker", "target");
        Path jar;
        try (Stream<Path> jars = Files.list(target)) {
            jar = jars.filter(file -> file.getFileName().toString().matches("demo-broker-[^/]*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                // these would be left behind in the directory that must be empty at the end
                "-XX:-UsePerfData",
                "-Djna.nosys=true",
                "-cp",
                jar + ":" + target.resolve("lib") + "/*",
                DemoBroker.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }

    private static Mqtt5BlockingClient connected(int port) {
        Mqtt5BlockingClient client =
                Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildBlocking();
        client.connect();
        return client;
    }

    private static int portOf(Process broker) throws IOException {
        String line = broker.inputReader(StandardCharsets.UTF_8).readLine();
        assertThat(line).startsWith(READY);
        return Integer.parseInt(line.substring(READY.length()));
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
