// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Rows as a table for people and as a document for programs. */
final class Report {
    private static final String FORMAT = "%-15s %12s  %-27s %9s %9s %11s %8s %10s %7s  %s%n";

    private Report() {}

    static void printCeiling(Map<String, Double> ceiling, PrintWriter out) {
        Double microsEach = ceiling.get(Figures.GENERATOR_MILLIS_PER_1000);
        out.printf(
                Locale.ROOT,
                "Load generator alone, against a UDP echo: %,.0f messages/s, p50 %,.0f µs; %.1f µs of processor time each, "
                        + "so at most %,.0f/s with a processor to itself%n%n",
                ceiling.get(Figures.PER_SECOND),
                ceiling.get(Figures.P50_MICROS),
                microsEach,
                microsEach == null ? 0 : 1e6 / microsEach);
        out.flush();
    }

    static void printHeader(PrintWriter out) {
        out.printf(FORMAT, "", "median", "rounds", "p50", "p99", "gateway CPU", "gateway", "generator", "others", "");
        out.printf(
                FORMAT,
                "scenario",
                "per second",
                "per second",
                "µs",
                "µs",
                "ms/1,000",
                "CPU %",
                "CPU %",
                "CPU %",
                "counts");
        out.flush();
    }

    static void printRow(Row row, PrintWriter out) {
        String title = row.scenario().title();
        Map<String, Double> medians = row.medians();
        if (row.failure() != null) {
            out.printf("%-15s failed: %s%n", title, row.failure());
        } else if (row.scenario() == Scenario.MEMORY) {
            printMemory(row, medians, out);
        } else {
            StringJoiner rounds = new StringJoiner(" ");
            row.figures().forEach(round -> rounds.add(text(round, Figures.PER_SECOND, 0)));
            out.printf(
                    FORMAT,
                    title,
                    text(medians, Figures.PER_SECOND, 0),
                    rounds,
                    text(medians, Figures.P50_MICROS, 0),
                    text(medians, Figures.P99_MICROS, 0),
                    text(medians, Figures.GATEWAY_MILLIS_PER_1000, 1),
                    text(medians, Figures.GATEWAY_CPU_PERCENT, 0),
                    text(medians, Figures.GENERATOR_CPU_PERCENT, 0),
                    text(medians, Figures.OTHER_CPU_PERCENT, 0),
                    counts(row.counts()));
            if (row.scenario() == Scenario.JOURNAL_QOS1) {
                out.printf(
                        "%-15s then, with the broker back: %s messages/s, gateway CPU %s ms/1,000%n",
                        "",
                        text(medians, Figures.REPLAYED_PER_SECOND, 0),
                        text(medians, Figures.REPLAY_GATEWAY_MILLIS_PER_1000, 1));
            }
        }
        out.flush();
    }

    static Map<String, Object> document(
            Map<String, Object> environment, Settings settings, Map<String, Double> ceiling, List<Row> rows) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("benchmark", "sn-gateway load");
        document.putAll(environment);
        document.put("parameters", settings.asMap());
        document.put("generatorCeiling", ceiling);
        document.put("rows", rows.stream().map(Row::asMap).toList());
        return document;
    }

    private static void printMemory(Row row, Map<String, Double> medians, PrintWriter out) {
        out.printf(
                "%-15s per idle session: %s octets resident, %s of heap (first step %s and %s)  %s%n",
                row.scenario().title(),
                text(medians, "step2" + Figures.RSS_PER_SESSION, 0),
                text(medians, "step2" + Figures.HEAP_PER_SESSION, 0),
                text(medians, "step1" + Figures.RSS_PER_SESSION, 0),
                text(medians, "step1" + Figures.HEAP_PER_SESSION, 0),
                counts(row.counts()));
        List<String> sizes = new ArrayList<>();
        medians.forEach((name, value) -> {
            if (name.endsWith("Mebioctets")) {
                sizes.add(String.format(Locale.ROOT, "%s %.1f", name.replace("Mebioctets", ""), value));
            }
        });
        out.printf("%-15s MiB: %s%n", "", String.join(", ", sizes));
    }

    private static String text(Map<String, Double> figures, String name, int decimals) {
        Double value = figures.get(name);
        return value == null ? "-" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** Only what is not nought. */
    private static String counts(Map<String, Long> counts) {
        StringJoiner text = new StringJoiner(", ");
        counts.forEach((name, count) -> {
            if (count != 0) {
                text.add(name + " " + String.format(Locale.ROOT, "%,d", count));
            }
        });
        return text.toString();
    }
}
