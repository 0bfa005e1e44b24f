// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.BrokerKind;
import org.sngateway.testsupport.broker.MqttApp;

/** A Mosquitto that saves what it knows only when it is told to, and so comes back from a crash with sessions of the past. */
@Timeout(90)
class BrokerCrashIT {
    private static final Duration A_MOMENT = Duration.ofMillis(200);
    private static final int MOMENTS = 100;

    @TempDir
    private Path directory;

    static Stream<Variant> variants() {
        return Variant.all().filter(variant -> variant.broker().kind() == BrokerKind.MOSQUITTO);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void shouldSubscribeAgainWhatTheBrokerDidNotSave(Variant variant) throws Exception {
        Assumptions.assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
        Path ofBroker = Files.createDirectory(directory.resolve("broker"));
        try (MosquittoProcess broker = MosquittoProcess.start(ofBroker, "persistence true", "autosave_interval 1800");
                TestUpstream upstream = TestUpstream.open(variant, broker.port(), "gw", directory)) {
            TestDevice device = upstream.device(0, "device").connect(false);
            broker.save();
            awaitFile(ofBroker.resolve("mosquitto.db"), device);
            device.subscribe("news", 1);

            broker.kill();
            broker.restart();

            MqttApp app = MqttApp.of(variant.broker().version(), broker.port(), "app");
            try {
                app.connect(false);
                boolean arrived = false;
                for (int i = 0; i < MOMENTS && !arrived; i++) {
                    app.publish("news", "of today", 1);
                    arrived = device.getsSomethingWithin(A_MOMENT);
                }
                assertThat(arrived).as("a message after the crash").isTrue();
            } finally {
                app.close();
            }
        }
    }

    private static void awaitFile(Path file, TestDevice device) throws InterruptedException {
        for (int i = 0; i < MOMENTS && !Files.exists(file); i++) {
            assertThat(device.getsSomethingWithin(A_MOMENT)).isFalse();
        }
        assertThat(file).exists();
    }
}
