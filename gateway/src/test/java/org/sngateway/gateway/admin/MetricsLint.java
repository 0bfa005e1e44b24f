// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text format 0.0.4 and the naming conventions of Prometheus, as far as they can be seen on a page. */
final class MetricsLint {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)");
    private static final String LABEL = "[a-z_][a-z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z][a-z0-9_]*)(\\{" + LABEL + "(?:," + LABEL + ")*})? ([+-]?[0-9.]+(?:E[+-]?[0-9]+)?|NaN|[+-]Inf)");
    private static final Map<String, Set<String>> SUFFIXES = Map.of(
            "histogram", Set.of("_bucket", "_count", "_sum"),
            "summary", Set.of("_count", "_sum"));

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    /** Fails when {@code page} is not as it should be. */
    MetricsLint(String page) {
        assertThat(page).endsWith("\n").doesNotContain("\r", "\n\n");
        Set<String> helped = new HashSet<>();
        String current = "";
        for (String line : page.split("\n", -1)) {
            Matcher comment = COMMENT.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (comment.matches() && comment.group(1).equals("HELP")) {
                current = comment.group(2);
                assertThat(helped.add(current)).as("one HELP for %s", current).isTrue();
                assertThat(comment.group(3)).as(current).endsWith(".");
            } else if (comment.matches()) {
                assertThat(comment.group(2)).as("HELP before TYPE").isEqualTo(current);
                assertThat(types.put(current, comment.group(3)))
                        .as("one TYPE for %s", current)
                        .isNull();
            } else if (!line.isEmpty()) {
                assertThat(sample.matches()).as(line).isTrue();
                assertSample(current, sample);
            }
        }
        types.forEach(MetricsLint::assertName);
        assertBucketsGrow();
    }

    private void assertSample(String family, Matcher sample) {
        String name = sample.group(1);
        String type = types.getOrDefault(family, "untyped");
        if (SUFFIXES.containsKey(type)) {
            assertThat(SUFFIXES.get(type)).as(name).contains(name.substring(family.length()));
        }
        assertThat(name).as("samples of a family stand together").startsWith(family);
        assertThat(SUFFIXES.containsKey(type) || name.equals(family)).as(name).isTrue();
        String series = name + Objects.requireNonNullElse(sample.group(2), "");
        assertThat(samples.put(series, number(sample.group(3))))
                .as("one sample of %s", series)
                .isNull();
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace("Inf", "Infinity"));
    }

    private static void assertName(String family, String type) {
        assertThat(type).as(family).isIn("counter", "gauge", "histogram", "summary");
        assertThat(family.endsWith("_total"))
                .as("%s, a %s, ends with _total", family, type)
                .isEqualTo(type.equals("counter"));
        assertThat(family)
                .as("base units")
                .doesNotContain("_millis", "_nanos", "_octets", "_kilobytes", "_minutes", "_ms_")
                .matches("(sn_gateway|process|jvm)_.*");
    }

    /** A histogram's buckets are cumulative, and the last is its count. */
    private void assertBucketsGrow() {
        Map<String, Double> last = new HashMap<>();
        samples.forEach((series, value) -> {
            if (series.contains("_bucket{")) {
                String histogram = series.replaceAll(",?le=\"[^\"]*\"", "")
                        .replace("_bucket{", "_count{")
                        .replace("{}", "");
                assertThat(value).as(series).isGreaterThanOrEqualTo(last.getOrDefault(histogram, 0.0));
                last.put(histogram, value);
            }
        });
        last.forEach((count, value) -> assertThat(samples).containsEntry(count, value));
    }

    /** Families with their types. */
    Map<String, String> families() {
        return types;
    }

    /** The value of a series such as {@code a_total{b="c"}}, which there is. */
    double value(String series) {
        assertThat(samples).containsKey(series);
        return Objects.requireNonNull(samples.get(series));
    }

    Map<String, Double> samples() {
        return samples;
    }
}
