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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.testsupport.MosquittoProcess;

/** What an application at the broker sees of the gateway. */
class StatusTopicE2E {
    private static final String CONFIG = """
            gateway: { name: edge-7, shards: 1 }
            topics: { prefix: "site/" }
            """;
    private static final String TOPIC = "sn-gateway/edge-7/status";
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private Mqtt5BlockingClient application;

    @BeforeEach
    void start() throws IOException {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        application.connect();
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.disconnect();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private GatewayProcess gateway(String upstream, String more) throws IOException, InterruptedException {
        return GatewayProcess.startWithUpstream(
                directory,
                "{ servers: [\"mqtt://127.0.0.1:%d\"], reconnect-max: 1s, status-interval: 1s, %s }"
                        .formatted(broker.port(), upstream),
                more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mode: pooled, version: 5", "mode: per-device, version: 5", "mode: pooled, version: 3"})
    void shouldSayWhetherTheGatewayIsThere(String upstream) throws Exception {
        try (Mqtt5BlockingClient.Mqtt5Publishes heard = application.publishes(MqttGlobalPublishFilter.ALL)) {
            application
                    .subscribeWith()
                    .topicFilter(TOPIC)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            try (GatewayProcess gateway = gateway(upstream, CONFIG);
                    SnDevice device = new SnDevice(gateway.address())) {
                assertThat(next(heard))
                        .matches(
                                "\\{\"status\":\"online\",\"version\":\"[^\"]+\",\"since\":\"20[^\"]+Z\",\"sessions\":0,.*}");
                gateway.awaitBroker(1);
                device.connect("d");
                assertThat(next(heard)).contains("\"status\":\"online\"", "\"sessions\":1,\"connected\":1");
                assertThat(new AdminPages(gateway).body("/health/ready")).startsWith("{\"ready\":true");
                gateway.process().kill();
                assertThat(next(heard)).contains("\"status\":\"offline\""); // the broker says so
            }
            try (GatewayProcess gateway = gateway(upstream, CONFIG)) {
                assertThat(next(heard)).contains("\"status\":\"online\"");
                gateway.process().terminate();
                assertThat(gateway.process().awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)))
                        .isZero();
                assertThat(next(heard)).contains("\"status\":\"offline\"");
            }
        }
        assertThat(retained()).contains("\"status\":\"offline\"");
    }

    private static String next(Mqtt5BlockingClient.Mqtt5Publishes heard) throws InterruptedException {
        Mqtt5Publish publish = heard.receive(PATIENCE_SECONDS, TimeUnit.SECONDS).orElseThrow();
        assertThat(publish.getTopic()).hasToString(TOPIC);
        return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
    }

    /** What somebody sees who comes later. */
    private String retained() throws InterruptedException {
        Mqtt5BlockingClient later = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        try (Mqtt5BlockingClient.Mqtt5Publishes heard = later.publishes(MqttGlobalPublishFilter.ALL)) {
            later.connect();
            later.subscribeWith().topicFilter("#").qos(MqttQos.AT_LEAST_ONCE).send();
            Mqtt5Publish publish =
                    heard.receive(PATIENCE_SECONDS, TimeUnit.SECONDS).orElseThrow();
            assertThat(publish.isRetain()).isTrue();
            return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
        } finally {
            later.disconnect();
        }
    }

    @Test
    void shouldSayNothingWhenItIsOff() throws Exception {
        try (Mqtt5BlockingClient.Mqtt5Publishes heard = application.publishes(MqttGlobalPublishFilter.ALL);
                GatewayProcess gateway = gateway("status-topic: off", CONFIG);
                SnDevice device = new SnDevice(gateway.address())) {
            application
                    .subscribeWith()
                    .topicFilter("#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            gateway.awaitBroker(1);
            device.connect("d");
            gateway.process().terminate();
            assertThat(gateway.process().awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)))
                    .isZero();
            application.publishWith().topic("end").qos(MqttQos.AT_LEAST_ONCE).send();

            assertThat(heard.receive(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .orElseThrow()
                            .getTopic())
                    .hasToString("end");
        }
    }
}
