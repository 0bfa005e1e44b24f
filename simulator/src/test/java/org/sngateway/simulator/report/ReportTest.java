// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;
import org.sngateway.simulator.check.Latencies;
import org.sngateway.simulator.radio.RadioCounts;

final class ReportTest {
    private static RunReport report(int qos, long lostAcknowledged) {
        return report(qos, lostAcknowledged, 0);
    }

    private static RunReport report(int qos, long lostAcknowledged, long reordered) {
        return new RunReport(
                new RunReport.Setup("0badcafe", "127.0.0.1:1884", "127.0.0.1:1883", 100, "2000/s", qos, 64, 1),
                99,
                15,
                16,
                new Verdict(30000, 29990, 29980, lostAcknowledged, 5, 3, reordered, 0),
                7,
                6,
                0,
                0,
                12,
                1,
                new Latencies.Summary(29980, 1234, 2345, 9876, 12345),
                new Latencies.Summary(29990, 1000, 2000, 3000, 4000),
                new RunReport.Radio(
                        new RadioCounts.Figures(40000, 2000, 400, 800),
                        new RadioCounts.Figures(35000, 1750, 350, 700)));
    }

    @Test
    void shouldPassWhenNothingAcknowledgedIsLost() {
        String text = ReportText.render(report(1, 0));

        assertThat(text)
                .contains("run 0badcafe: 100 nodes, 2000/s, QoS 1, 64 octets, 15.0 s")
                .contains("99 of 100")
                .contains("2000.0/s")
                .containsPattern("end to end +1\\.23 +2\\.35 +9\\.88 +12\\.35")
                .containsPattern("up +40000 +2000 +400 +800")
                .containsPattern("down +35000 +1750 +350 +700")
                .endsWith("passed: nothing acknowledged was lost, and all in order\n");
    }

    @Test
    void shouldFailLoudlyWhenSomethingAcknowledgedIsLost() {
        RunReport report = report(1, 4);

        assertThat(report.isPassed()).isFalse();
        assertThat(ReportText.render(report)).contains("FAILED: 4 acknowledged messages never came out at the broker");
    }

    @Test
    void shouldHoldAgainstTheRunWhatItsQosPromises() {
        assertThat(report(2, 0).brokenPromises()).containsExactly("3 times a message of QoS 2 came out once more");
        assertThat(report(1, 0, 2).brokenPromises())
                .containsExactly("2 messages came out after later ones of the same node");
        assertThat(report(0, 0, 2).isPassed()).isTrue();
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
                .contains("\"radioUp\":{\"frames\":40000,\"lost\":2000,\"duplicated\":400,\"heldBack\":800}")
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
