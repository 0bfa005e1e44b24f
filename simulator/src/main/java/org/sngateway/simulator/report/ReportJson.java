// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;
import org.sngateway.simulator.check.Latencies;
import org.sngateway.simulator.radio.RadioCounts;

/** A report to parse: the figures of {@link ReportText} as one JSON object. */
public final class ReportJson {
    private ReportJson() {}

    /** One line, ended by a newline. */
    public static String render(RunReport report) {
        RunReport.Setup setup = report.setup();
        Verdict verdict = report.verdict();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("runId", setup.runId());
        json.put("gateway", setup.gateway());
        json.put("broker", setup.broker());
        json.put("nodes", setup.nodes());
        json.put("rate", setup.rate());
        json.put("qos", setup.qos());
        json.put("sizeOctets", setup.sizeOctets());
        json.put("seed", setup.seed());
        json.put("passed", report.isPassed());
        json.put("nodesConnected", report.nodesConnected());
        json.put("publishSeconds", report.publishSeconds());
        json.put("sent", verdict.sent());
        json.put("unsent", report.unsent());
        json.put("acknowledged", verdict.acknowledged());
        json.put("rejected", report.rejected());
        json.put("received", verdict.received());
        json.put("lostAcknowledged", verdict.lostAcknowledged());
        json.put("lostUnacknowledged", verdict.lostUnacknowledged());
        json.put("duplicated", verdict.duplicated());
        json.put("reordered", verdict.reordered());
        json.put("altered", report.altered());
        json.put("malformed", report.malformed());
        json.put("retransmissions", report.retransmissions());
        json.put("reconnects", report.reconnects());
        json.put("sentPerSecond", report.sentPerSecond());
        json.put("receivedPerSecond", report.receivedPerSecond());
        json.put("endToEndMicros", latency(report.endToEnd()));
        json.put("acknowledgementMicros", latency(report.acknowledgement()));
        RunReport.Radio radio = report.radio();
        if (radio != null) {
            json.put("radioUp", air(radio.up()));
            json.put("radioDown", air(radio.down()));
        }
        return Json.object(json) + "\n";
    }

    private static Map<String, Object> air(RadioCounts.Figures figures) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("frames", figures.frames());
        json.put("lost", figures.lost());
        json.put("duplicated", figures.duplicated());
        json.put("heldBack", figures.heldBack());
        return json;
    }

    private static Map<String, Object> latency(Latencies.Summary latency) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", latency.count());
        json.put("p50", latency.p50Micros());
        json.put("p90", latency.p90Micros());
        json.put("p99", latency.p99Micros());
        json.put("max", latency.maxMicros());
        return json;
    }
}
