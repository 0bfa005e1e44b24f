// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.node.NodeConfig;
import org.sngateway.simulator.node.Publication;

final class DemoWorkloadTest {
    private static final String COMMAND_TOPIC = "demo/demo-3/command";

    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private final DemoWorkload workload = new DemoWorkload(
            2, new SplittableRandom(1), new DemoOutput(new PrintStream(octets, true, StandardCharsets.UTF_8)));

    private String printed() {
        return octets.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPublishATemperatureEveryOneToTwoSeconds() {
        long now = 0;
        for (int i = 0; i < 100; i++) {
            assertThat(workload.dueNanos()).isLessThanOrEqualTo(now);
            Publication reading = workload.next(now);
            assertThat(reading.topic()).isZero();
            assertThat(Double.parseDouble(reading.data().toUtf8())).isBetween(0.0, 40.0);
            assertThat(Duration.ofNanos(workload.dueNanos() - now))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
            now = workload.dueNanos();
        }
        assertThat(printed()).startsWith("reading demo-3 ");
    }

    @Test
    void shouldAnswerACommandAtOnce() {
        workload.next(0);
        workload.onDelivery(COMMAND_TOPIC, Payload.utf8("say \"hi\""), 5);

        assertThat(workload.dueNanos()).isZero();
        Publication answer = workload.next(5);
        assertThat(answer.topic()).isEqualTo(1);
        assertThat(answer.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(answer.data().toUtf8()).isEqualTo("{\"command\":\"say \\\"hi\\\"\",\"ok\":true}");
        assertThat(workload.dueNanos()).isPositive();
        assertThat(printed()).contains("command demo-3 say \"hi\"\n", "answer demo-3 {");
    }

    @Test
    void shouldNotLetACommandForgeALineOfOutput() {
        workload.onDelivery(COMMAND_TOPIC, Payload.utf8("x\nreading demo-3 99"), 0);

        assertThat(printed()).isEqualTo("command demo-3 x?reading demo-3 99\n");
    }

    @Test
    void shouldOweABoundedNumberOfAnswers() {
        workload.next(0);
        for (int i = 0; i < 1000; i++) {
            workload.onDelivery(COMMAND_TOPIC, Payload.utf8("again"), 0);
        }
        int answers = 0;
        while (workload.dueNanos() == 0) {
            workload.next(0);
            answers++;
        }

        assertThat(answers).isEqualTo(16);
    }

    @Test
    void shouldListenToCommandsForItselfAndForAll() {
        NodeConfig config = DemoWorkload.config(2);

        assertThat(config.clientId()).isEqualTo("demo-3");
        assertThat(config.topics()).containsExactly("demo/demo-3/temperature", "demo/demo-3/answer");
        assertThat(config.subscriptions())
                .extracting(NodeConfig.Subscription::filter)
                .containsExactly(COMMAND_TOPIC, "demo/all/command");
    }
}
