// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.MqttApp;
import org.sngateway.testsupport.broker.MqttVersion;
import org.sngateway.testsupport.broker.StatusPageVisit;

/**
 * The status page of the packaged gateway with 5,000 sessions, in a browser. What is looked at stands in {@code status-page.mjs}. With
 * {@code -Dscreenshots=write} there is traffic for two minutes first, and the pictures in {@code docs/images} are made anew.
 */
@Timeout(900)
class StatusPageE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int DEVICES = 5_000;
    private static final int SLEEPER = 3;
    private static final int KEEP_ALIVE_SECONDS = 3_600;
    private static final int SLEEP_SECONDS = 900;

    private static final boolean PICTURES = "write".equals(System.getProperty("screenshots"));
    private static final int TRAFFIC_SECONDS = 120;

    /** The last two: what a stranger might call a device, to see what the page makes of it. */
    private static final List<String> STRANGE = List.of("<img src=x onerror=pwned()>", "=cmd|' /C calc'!A0");

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private GatewayProcess gateway;
    private DeviceCrowd devices;

    @BeforeEach
    void start() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.start(directory, broker.port(), """
                gateway: { name: edge-1, shards: 2 }
                store: { directory: store }
                """);
        gateway.awaitBroker(2);
        devices = new DeviceCrowd(DEVICES, gateway.address());
    }

    @AfterEach
    void stop() throws IOException {
        if (devices != null) {
            devices.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private static String name(int device) {
        int strange = device - (DEVICES - STRANGE.size());
        return strange < 0 ? "device-%05d".formatted(device) : STRANGE.get(strange);
    }

    private static boolean sleeps(int device) {
        return device % 10 == SLEEPER && device != DEVICES - STRANGE.size() + 1;
    }

    @Test
    void shouldServeFiveThousandSessionsToABrowser() throws Exception {
        makeSessions();
        AtomicBoolean ended = new AtomicBoolean();
        Thread traffic = PICTURES ? publish(ended) : null;
        if (traffic != null) {
            Thread.sleep(TRAFFIC_SECONDS * 1_000L);
        }
        fillBuffer();
        URI page = gateway.admin();
        String token = Files.readString(directory.resolve("store/admin.token"), StandardCharsets.UTF_8)
                .strip();

        List<String> seen = StatusPageVisit.look(page.toString(), token, DEVICES, pictures());

        ended.set(true);
        if (traffic != null) {
            traffic.join();
        }
        assertThat(seen)
                .hasSizeGreaterThan(15)
                .allSatisfy(line -> assertThat(line).startsWith("ok "));
        ChildProcess process = gateway.process();
        String refused = process.awaitLine(line -> line.contains("a request without the right token"), PATIENCE);
        assertThat(refused).contains("path=/api/sessions/{id}/clear-buffer");
        String taken = process.awaitLine(line -> line.contains("an action was asked for"), PATIENCE);
        assertThat(taken).contains("action=/api/sessions/{id}/clear-buffer", "id=device-00003", "status=200");
        assertThat(process.output()).noneMatch(line -> line.contains(token));
        checkPictures();
    }

    private void makeSessions() throws IOException {
        devices.all(i -> true, i -> new Connect(false, true, KEEP_ALIVE_SECONDS, name(i)));
        devices.all(i -> i % 2 == 1, i -> new Register(0, 1, "plant/hall-%d/%s/level".formatted(i % 7, name(i))));
        devices.all(
                i -> i % 5 == SLEEPER,
                i -> new Subscribe(false, Qos.AT_LEAST_ONCE, 2, new TopicRef.Name("commands/" + name(i))));
        int strange = DEVICES - STRANGE.size();
        devices.all(i -> i == strange, i -> new Register(0, 3, "<b onclick=pwned()>bold</b>"));
        devices.all(
                i -> i == strange,
                i -> new Subscribe(false, Qos.AT_LEAST_ONCE, 4, new TopicRef.Name("<script>pwned()</script>/#")));
        devices.all(i -> sleeps(i) && i != SLEEPER, i -> new Disconnect(SLEEP_SECONDS));
    }

    /** Three messages wait for one device. */
    private void fillBuffer() throws Exception {
        devices.all(i -> i == SLEEPER, i -> new Disconnect(SLEEP_SECONDS));
        try (MqttApp app = MqttApp.of(MqttVersion.MQTT_5, broker.port(), "app")) {
            app.connect(false);
            for (int i = 0; i < 3; i++) {
                app.publish("commands/" + name(SLEEPER), "open", 1, false);
            }
        }
        AdminPages pages = new AdminPages(gateway);
        pages.awaitMetric("sn_gateway_buffered_messages", value -> value == 3);
    }

    /** So that there is something to see on pictures. */
    private Thread publish(AtomicBoolean ended) {
        Thread thread = new Thread(() -> {
            try {
                for (int turn = 0; !ended.get(); turn++) {
                    int busy = 12 + (int) (5 * Math.sin(turn / 900.0)) + turn % 3;
                    for (int i = 0; i < busy; i++) {
                        int device = i == 0 ? 1 : 1 + 2 * ((turn * 37 + i * 101) % (DEVICES / 2 - 2));
                        if (!sleeps(device)) {
                            Qos qos = i == 0 ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE;
                            Payload level = Payload.utf8(Integer.toString(turn % 100));
                            devices.send(
                                    device,
                                    new Publish(
                                            false,
                                            qos,
                                            false,
                                            new TopicRef.Normal(1),
                                            i == 0 ? 1 + turn % 60_000 : 0,
                                            level));
                        }
                    }
                    Thread.sleep(50);
                }
            } catch (IOException | InterruptedException failure) {
                throw new AssertionError(failure);
            }
        });
        thread.start();
        return thread;
    }

    private static @Nullable Path pictures() throws IOException {
        return PICTURES ? Files.createDirectories(Path.of(System.getProperty("sn.home"), "docs", "images")) : null;
    }

    private static void checkPictures() throws IOException {
        Path folder = Path.of(System.getProperty("sn.home"), "docs", "images");
        for (String name : List.of("light", "dark", "device", "phone")) {
            assertThat(Files.size(folder.resolve("status-" + name + ".png")))
                    .as(name)
                    .isBetween(10_000L, 150_000L);
        }
    }
}
