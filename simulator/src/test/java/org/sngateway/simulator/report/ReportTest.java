// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;
import org.sngateway.simulator.check.Latencies;

final class ReportTest {
    private static RunReport report(int qos, long lostAcknowledged) {
        return new RunReport(
                new RunReport.Setup("0badcafe", "127.0.0.1:1884", "127.0.0.1:1883", 100, "2000/s", qos, 64, 1),
                99,
                15,
                16,
                new Verdict(30000, 29990, 29980, lostAcknowledged, 5, 3, 2, 0),
                7,
                6,
                0,
                0,
                12,
                1,
                new Latencies.Summary(29980, 1234, 2345, 9876, 12345),
                new Latencies.Summary(29990, 1000, 2000, 3000, 4000));
    }

    @Test
    void shouldPassWhenNothingAcknowledgedIsLost() {
        String text = ReportText.render(report(1, 0));

        assertThat(text)
                .contains("run 0badcafe: 100 nodes, 2000/s, QoS 1, 64 octets, 15.0 s")
                .contains("99 of 100")
                .contains("2000.0/s")
                .containsPattern("end to end +1\\.23 +2\\.35 +9\\.88 +12\\.35")
                .endsWith("passed: nothing acknowledged was lost\n");
    }

    @Test
    void shouldFailLoudlyWhenSomethingAcknowledgedIsLost() {
        RunReport report = report(1, 4);

        assertThat(report.isPassed()).isFalse();
        assertThat(ReportText.render(report)).contains("FAILED: 4 acknowledged messages never came out at the broker");
    }

    @Test
    void shouldPromiseNothingAtQos0() {
        assertThat(ReportText.render(report(0, 0)))
                .doesNotContain("acknowledgement  ")
                .endsWith("nothing can be broken\n");
    }

    @Test
    void shouldGiveTheSameFiguresAsJson() {
        assertThat(ReportJson.render(report(1, 0)))
                .startsWith("{\"runId\":\"0badcafe\",")
                .contains("\"passed\":true", "\"nodesConnected\":99", "\"sent\":30000", "\"lostAcknowledged\":0")
                .contains("\"sentPerSecond\":2000.000", "\"receivedPerSecond\":1873.750")
                .contains("\"endToEndMicros\":{\"count\":29980,\"p50\":1234,\"p90\":2345,\"p99\":9876,\"max\":12345}")
                .endsWith("}\n");
    }

    @Test
    void shouldEscapeTextInJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("say \"hi\"", "back\\slash\n");
        members.put("empty", Map.of());

        assertThat(Json.object(members)).isEqualTo("{\"say \\\"hi\\\"\":\"back\\\\slash\\u000a\",\"empty\":{}}");
    }
}
