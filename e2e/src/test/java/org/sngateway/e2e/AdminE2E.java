// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;

/** The admin pages of {@code sn-gateway run}. */
@Timeout(120)
class AdminE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private GatewayProcess gateway;
    private URI admin;

    @BeforeEach
    void start() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.start(directory, broker.port(), """
                gateway: { shards: 2 }
                topics: { predefined: { 7: sensors/temperature } }
                """);
        gateway.awaitBroker(2);
        admin = gateway.admin();
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(admin.resolve(path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    /** Asks until the answer fits. */
    private HttpResponse<String> await(String path, Predicate<HttpResponse<String>> wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> answer = get(path);
        while (!wanted.test(answer)) {
            assertThat(System.nanoTime()).as("%s says %s", path, answer.body()).isLessThan(end);
            Thread.sleep(100);
            answer = get(path);
        }
        return answer;
    }

    private static double value(String metrics, String series) {
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(metrics);
        assertThat(line.find()).as("%s in%n%s", series, metrics).isTrue();
        return Double.parseDouble(line.group(1));
    }

    @Test
    void shouldCountWhatADeviceDoes() throws Exception {
        String before = get("/metrics").body();
        assertThat(value(before, "sn_gateway_sessions{state=\"active\"}")).isZero();
        assertThat(value(before, "sn_gateway_broker_connected{connection=\"lane-0\"}"))
                .isEqualTo(1);

        try (SnDevice device = new SnDevice(gateway.address())) {
            device.connect("t-17");
            device.send(
                    new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Predefined(7), 1, Payload.utf8("21.5")));
            device.expect(PubAck.class);
            device.sendOctets(new byte[] {2, 99}, 2);

            String after = await(
                            "/metrics",
                            answer ->
                                    value(answer.body(), "sn_gateway_malformed_frames_total{reason=\"reserved-type\"}")
                                            == 1)
                    .body();
            String listener = "{listener=\"udp:127.0.0.1:" + gateway.address().getPort() + "\"}";
            assertThat(value(after, "sn_gateway_sessions{state=\"active\"}")).isEqualTo(1);
            assertThat(value(after, "sn_gateway_devices_connected")).isEqualTo(1);
            for (String sent : List.of(
                    "sent_total{transport=\"udp\",type=\"connack\"}",
                    "sent_total{transport=\"udp\",type=\"puback\"}",
                    "received_total{transport=\"udp\",type=\"connect\"}",
                    "received_total{transport=\"udp\",type=\"publish\"}")) {
                assertThat(value(after, "sn_gateway_messages_" + sent)).isEqualTo(1);
            }
            assertThat(value(after, "sn_gateway_broker_acknowledgement_seconds_count{connection=\"lane-0\"}")
                            + value(after, "sn_gateway_broker_acknowledgement_seconds_count{connection=\"lane-1\"}"))
                    .isEqualTo(1);
            assertThat(value(after, "sn_gateway_frames_received_total" + listener))
                    .isEqualTo(3);
            assertThat(value(after, "sn_gateway_frames_sent_total" + listener)).isEqualTo(2);
            assertThat(value(after, "sn_gateway_broker_publishes_acknowledged_total"))
                    .isEqualTo(1);
            assertThat(value(after, "sn_gateway_uptime_seconds")).isPositive();
        }
    }

    @Test
    void shouldTellWhenTheBrokerIsAway() throws Exception {
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("{\"ready\":true,\"problems\":[]}\n");
        assertThat(ready.headers().firstValue("Cache-Control")).hasValue("no-store");

        broker.kill();

        HttpResponse<String> away = await("/health/ready", answer -> answer.statusCode() == 503);
        assertThat(away.body())
                .startsWith("{\"ready\":false,\"problems\":[{\"kind\":\"connection\",\"name\":\"lane-")
                .contains("\"reason\":\"", "\"sinceSeconds\":");
        assertThat(get("/health/live").body()).isEqualTo("{\"live\":true,\"problems\":[]}\n");
        await(
                "/metrics",
                answer -> value(answer.body(), "sn_gateway_broker_disconnects_total{connection=\"lane-0\"}") == 1
                        && value(answer.body(), "sn_gateway_broker_connected{connection=\"lane-0\"}") == 0);

        broker.restart();

        await("/health/ready", answer -> answer.statusCode() == 200);
    }

    @Test
    void shouldNotStartWhereTheAddressIsTaken() throws Exception {
        Path config =
                Files.writeString(directory.resolve("second.yaml"), """
                listeners: [{ type: udp, bind: "127.0.0.1:0" }]
                upstream: { servers: ["mqtt://127.0.0.1:%d"] }
                admin: { bind: "127.0.0.1:%d" }
                """.formatted(broker.port(), admin.getPort()));
        try (ChildProcess second = ChildProcess.launch("sn-gateway", "run", "--config", config.toString())) {
            assertThat(second.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(second.output())
                    .containsExactly("sn-gateway: cannot bind http://127.0.0.1:" + admin.getPort()
                            + " (admin.bind): Address already in use");
        }
        // It has not taken the connections of the first, which has the same name.
        assertThat(value(get("/metrics").body(), "sn_gateway_broker_disconnects_total{connection=\"lane-0\"}"))
                .isZero();
    }

    @Test
    void shouldEndWhileAPageIsBeingRead() throws Exception {
        HttpResponse<InputStream> open =
                http.send(HttpRequest.newBuilder(admin.resolve("/metrics")).build(), BodyHandlers.ofInputStream());
        assertThat(open.statusCode()).isEqualTo(200);

        gateway.process().terminate();

        assertThat(gateway.process().awaitExit(PATIENCE)).isZero();
    }
}
