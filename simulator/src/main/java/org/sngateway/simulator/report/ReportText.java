// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import java.util.Locale;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;
import org.sngateway.simulator.check.Latencies;
import org.sngateway.simulator.radio.RadioCounts;

/** A report to read. */
public final class ReportText {
    private ReportText() {}

    /** Some lines, each ended by a newline. */
    public static String render(RunReport report) {
        RunReport.Setup setup = report.setup();
        Verdict verdict = report.verdict();
        StringBuilder out = new StringBuilder();
        line(
                out,
                "run %s: %d nodes, %s, QoS %d, %d octets, %.1f s",
                setup.runId(),
                setup.nodes(),
                setup.rate(),
                setup.qos(),
                setup.sizeOctets(),
                report.publishSeconds());
        line(out, "  %-20s %10d of %d", "nodes connected", report.nodesConnected(), setup.nodes());
        line(out, "  %-20s %10d   %.1f/s", "sent", verdict.sent(), report.sentPerSecond());
        line(out, "  %-20s %10d", "unsent", report.unsent());
        if (setup.qos() > 0) {
            line(out, "  %-20s %10d", "acknowledged", verdict.acknowledged());
        }
        line(out, "  %-20s %10d", "rejected", report.rejected());
        line(out, "  %-20s %10d   %.1f/s", "received", verdict.received(), report.receivedPerSecond());
        line(out, "  %-20s %10d", "lost acknowledged", verdict.lostAcknowledged());
        line(out, "  %-20s %10d", "lost unacknowledged", verdict.lostUnacknowledged());
        line(out, "  %-20s %10d", "duplicated", verdict.duplicated());
        line(out, "  %-20s %10d", "reordered", verdict.reordered());
        line(out, "  %-20s %10d", "altered or unknown", report.altered());
        line(out, "  %-20s %10d", "malformed frames", report.malformed());
        line(out, "  %-20s %10d", "retransmissions", report.retransmissions());
        line(out, "  %-20s %10d", "reconnects", report.reconnects());
        RunReport.Radio radio = report.radio();
        if (radio != null) {
            line(out, "  %-20s %10s %10s %10s %10s", "radio, frames", "sent", "lost", "twice", "held back");
            air(out, "up", radio.up());
            air(out, "down", radio.down());
        }
        line(out, "  %-20s %10s %10s %10s %10s", "latency, ms", "p50", "p90", "p99", "max");
        latency(out, "end to end", report.endToEnd());
        if (setup.qos() > 0) {
            latency(out, "acknowledgement", report.acknowledgement());
        }
        line(out, "%s", conclusion(report));
        return out.toString();
    }

    private static String conclusion(RunReport report) {
        if (!report.isPassed()) {
            return "FAILED: " + String.join("; ", report.brokenPromises());
        }
        if (report.setup().qos() == 0) {
            return "done: QoS 0 promises nothing, so nothing can be broken";
        }
        return report.setup().qos() == 1
                ? "passed: nothing acknowledged was lost, and all in order"
                : "passed: everything acknowledged came out exactly once, and in order";
    }

    private static void air(StringBuilder out, String direction, RadioCounts.Figures figures) {
        line(
                out,
                "    %-18s %10d %10d %10d %10d",
                direction,
                figures.frames(),
                figures.lost(),
                figures.duplicated(),
                figures.heldBack());
    }

    private static void latency(StringBuilder out, String name, Latencies.Summary latency) {
        line(
                out,
                "    %-18s %10.2f %10.2f %10.2f %10.2f",
                name,
                latency.p50Micros() / 1000.0,
                latency.p90Micros() / 1000.0,
                latency.p99Micros() / 1000.0,
                latency.maxMicros() / 1000.0);
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
