// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.gateway.config.UpstreamConfig.Mode;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.broker.BrokerCase;
import org.sngateway.testsupport.broker.BrokerKind;
import org.sngateway.testsupport.broker.MqttVersion;
import org.sngateway.testsupport.broker.TestBroker;

/** A broker that closes the connection on which somebody publishes what is not allowed, here aedes. */
@Timeout(90)
class ForbiddenPublishIT {
    private static final int MESSAGES = 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"POOLED, 1", "POOLED, 2", "PER_DEVICE, 1"})
    void shouldRefuseTheMessageAndLetAllOthersThrough(Mode mode, int qos) throws Exception {
        Variant variant = new Variant(new BrokerCase(BrokerKind.AEDES, MqttVersion.MQTT_3_1_1), mode);
        try (TestBroker broker = variant.broker().start(directory);
                TestUpstream upstream = TestUpstream.open(variant, broker.port(), "gw", directory)) {
            TestDevice culprit = upstream.device(0, "culprit").connect(true);
            TestDevice other = upstream.device(0, "other").connect(true);

            List<CompletableFuture<PublishOutcome>> allowed = new ArrayList<>();
            CompletableFuture<PublishOutcome> forbidden =
                    culprit.publishing(TestDevice.message(TestBroker.FORBIDDEN, "x", qos, false));
            for (int i = 0; i < MESSAGES; i++) {
                allowed.add(other.publishing(TestDevice.message("allowed", Integer.toString(i), 1 + i % 2, false)));
            }

            assertThat(TestUpstream.await(forbidden)).isEqualTo(PublishOutcome.REFUSED);
            for (CompletableFuture<PublishOutcome> one : allowed) {
                assertThat(TestUpstream.await(one)).isEqualTo(PublishOutcome.ACCEPTED);
            }
            other.publish("allowed", "after", 1);
            culprit.publish("allowed", "too", 1);
            assertThat(upstream.counters().publishesGivenUp.sum()).isEqualTo(1);
        }
    }
}
