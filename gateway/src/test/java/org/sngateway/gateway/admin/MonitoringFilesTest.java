// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The alert rules and the dashboard in {@code conf}: each asks for what there is. */
class MonitoringFilesTest {
    private static final Path HOME = Path.of(System.getProperty("sn.home"));
    private static final Path ALERTS = HOME.resolve("conf/prometheus-alerts.yaml");
    private static final Path DASHBOARD = HOME.resolve("conf/grafana-dashboard.json");
    private static final Path UNIT_TESTS = HOME.resolve("gateway/src/test/resources/prometheus-alerts-test.yaml");

    private static final Pattern METRIC = Pattern.compile("\\b((?:sn_gateway|process|jvm)_[a-z_]+|up)\\b(\\{[^}]*})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(=~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring) \\(([a-z_, ]*)\\)");

    /** What Prometheus itself adds to every series. */
    private static final Set<String> LABELS_OF_TARGETS = Set.of("job", "instance");

    /** The series of a page with every family: each metric's labels with the values they have. */
    private static final Map<String, Map<String, Set<String>>> SERIES = series();

    private static Map<String, Map<String, Set<String>>> series() {
        Map<String, Map<String, Set<String>>> all = new LinkedHashMap<>();
        all.put("up", new LinkedHashMap<>());
        for (String sample : MetricsPageTest.full().samples().keySet()) {
            int brace = sample.indexOf('{');
            Map<String, Set<String>> labels =
                    all.computeIfAbsent(brace < 0 ? sample : sample.substring(0, brace), name -> new LinkedHashMap<>());
            Matcher label = MATCHER.matcher(brace < 0 ? "" : sample.substring(brace));
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), name -> new HashSet<>()).add(label.group(3));
            }
        }
        return all;
    }

    @SuppressWarnings("unchecked") // its only maps have text for keys
    private static Map<String, Object> read(Path file) throws IOException {
        Object root = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        return (Map<String, Object>) Objects.requireNonNull(root);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> of, String key) {
        return (List<Map<String, Object>>) Objects.requireNonNull(of.get(key), key);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> of, String key) {
        return (Map<String, Object>) Objects.requireNonNull(of.get(key), key);
    }

    private static String text(Map<String, Object> of, String key) {
        return Objects.requireNonNull(of.get(key), key).toString();
    }

    private static int number(Map<String, Object> of, String key) {
        return Integer.parseInt(text(of, key));
    }

    private static List<Map<String, Object>> rules() throws IOException {
        return list(read(ALERTS), "groups").stream()
                .flatMap(group -> list(group, "rules").stream())
                .toList();
    }

    private static List<Map<String, Object>> panels() throws IOException {
        return list(read(DASHBOARD), "panels").stream()
                .filter(panel -> !text(panel, "type").equals("row"))
                .toList();
    }

    private static List<String> expressionsOfDashboard() throws IOException {
        Map<String, Object> dashboard = read(DASHBOARD);
        return Stream.of(
                        panels().stream()
                                .flatMap(panel -> list(panel, "targets").stream())
                                .map(target -> text(target, "expr")),
                        list(map(dashboard, "templating"), "list").stream()
                                .filter(variable -> text(variable, "type").equals("query"))
                                .map(variable -> text(variable, "definition")),
                        list(map(dashboard, "annotations"), "list").stream().map(one -> text(one, "expr")))
                .flatMap(expressions -> expressions)
                .toList();
    }

    /** Fails when an expression asks for a metric, a label or a value of one that the gateway does not have. */
    private static void assertAsksForWhatThereIs(String expression) {
        Matcher metric = METRIC.matcher(expression);
        Set<String> labels = new TreeSet<>(LABELS_OF_TARGETS);
        labels.add("le");
        int found = 0;
        while (metric.find()) {
            found++;
            assertThat(SERIES).as(expression).containsKey(metric.group(1));
            Map<String, Set<String>> has = SERIES.getOrDefault(metric.group(1), Map.of());
            labels.addAll(has.keySet());
            assertMatchersFit(expression, metric.group(2) == null ? "" : metric.group(2), has);
        }
        assertThat(found).as("metrics of %s", expression).isPositive();
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            assertThat(labels)
                    .as(expression)
                    .containsAll(List.of(grouping.group(1).split(", ?")));
        }
    }

    private static void assertMatchersFit(String expression, String selector, Map<String, Set<String>> has) {
        Matcher matcher = MATCHER.matcher(selector);
        while (matcher.find()) {
            String label = matcher.group(1);
            if (LABELS_OF_TARGETS.contains(label)) {
                continue;
            }
            assertThat(has).as(expression).containsKey(label);
            assertThat(has.getOrDefault(label, Set.of()))
                    .as(expression)
                    .containsAll(List.of(matcher.group(3).split("\\|")));
        }
    }

    @Test
    void shouldHaveAlertsThatAskForWhatThereIs() throws IOException {
        Set<String> names = new HashSet<>();
        for (Map<String, Object> rule : rules()) {
            String name = text(rule, "alert");
            assertThat(names.add(name)).as(name).isTrue();
            assertThat(name).matches("SnGateway[A-Z][A-Za-z]+");
            assertThat(text(map(rule, "labels"), "severity")).as(name).isIn("critical", "warning");
            assertAsksForWhatThereIs(text(rule, "expr"));
        }
        assertThat(names).hasSizeGreaterThan(20);
    }

    /** Who is woken finds what to do. */
    @Test
    void shouldHaveARunbookForEachAlert() throws IOException {
        for (Map<String, Object> rule : rules()) {
            String name = text(rule, "alert");
            Map<String, Object> annotations = map(rule, "annotations");
            assertThat(text(annotations, "summary")).as(name).contains("{{ $labels.instance }}");
            assertThat(text(annotations, "description")).as(name).endsWith(".");
            String[] runbook = text(annotations, "runbook").split("#", 2);
            String page = Files.readString(HOME.resolve(runbook[0]));
            assertThat(page).as(name).contains("`" + name + "`");
            assertThat(page.lines()
                            .filter(line -> line.startsWith("#"))
                            .map(line -> line.replaceFirst("#+ ", "")
                                    .toLowerCase(Locale.ROOT)
                                    .replace(' ', '-')))
                    .as(name)
                    .contains(runbook[1]);
        }
    }

    @Test
    void shouldDocumentNoAlertThatIsNotThere() throws IOException {
        Matcher documented =
                Pattern.compile("`(SnGateway\\w+)`").matcher(Files.readString(HOME.resolve("docs/operating.md")));
        Set<String> names = rules().stream().map(rule -> text(rule, "alert")).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        while (documented.find()) {
            unknown.add(documented.group(1));
        }
        unknown.removeAll(names);
        assertThat(unknown).isEmpty();
    }

    @Test
    void shouldHaveADashboardThatAsksForWhatThereIs() throws IOException {
        for (String expression : expressionsOfDashboard()) {
            assertAsksForWhatThereIs(expression.replace("\"$job\"", "\"j\"").replace("\"$instance\"", "\"i\""));
        }
    }

    @Test
    void shouldHaveADashboardThatCanBeImportedAnywhere() throws IOException {
        List<Map<String, Object>> panels = list(read(DASHBOARD), "panels");
        assertThat(panels.stream().map(panel -> text(panel, "id")).toList()).doesNotHaveDuplicates();
        assertThat(panels.stream()
                        .filter(panel -> text(panel, "type").equals("row"))
                        .map(panel -> text(panel, "title")))
                .contains("Devices", "Broker", "Store", "Listeners", "DTLS and serial lines", "Process");
        for (Map<String, Object> panel : panels()) {
            String title = text(panel, "title");
            assertThat(text(panel, "description")).as(title).endsWith(".");
            for (Map<String, Object> target : list(panel, "targets")) {
                assertThat(text(map(target, "datasource"), "uid")).as(title).isEqualTo("${datasource}");
                assertThat(text(target, "expr")).as(title).contains("job=\"$job\",instance=~\"$instance\"");
            }
        }
        assertPanelsDoNotOverlap(panels);
    }

    private static void assertPanelsDoNotOverlap(List<Map<String, Object>> panels) {
        Set<List<Integer>> taken = new HashSet<>();
        for (Map<String, Object> panel : panels) {
            Map<String, Object> at = map(panel, "gridPos");
            int left = number(at, "x");
            int top = number(at, "y");
            int right = left + number(at, "w");
            assertThat(right).isBetween(1, 24);
            for (int x = left; x < right; x++) {
                for (int y = top; y < top + number(at, "h"); y++) {
                    assertThat(taken.add(List.of(x, y)))
                            .as(text(panel, "title"))
                            .isTrue();
                }
            }
        }
    }

    // ---- by Prometheus' own tool

    @Test
    void shouldPleasePromtoolWithTheAlerts() throws Exception {
        Promtool.assumeInstalled();
        assertThat(Promtool.run("check", "rules", ALERTS.toString())).contains("SUCCESS");
    }

    /** The rules fire when they should, and do not when they should not. */
    @Test
    void shouldFireWhenItShould(@TempDir Path directory) throws Exception {
        Promtool.assumeInstalled();
        Path tests = Files.writeString(
                directory.resolve("tests.yaml"),
                Files.readString(UNIT_TESTS).replace("prometheus-alerts.yaml", ALERTS.toString()));
        assertThat(Promtool.run("test", "rules", tests.toString())).contains("SUCCESS");
    }

    @Test
    void shouldPleasePromtoolWithTheDashboard(@TempDir Path directory) throws Exception {
        Promtool.assumeInstalled();
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        int number = 0;
        for (String expression : expressionsOfDashboard()) {
            if (!expression.startsWith("label_values(")) {
                rules.append("      - { record: 'panel:").append(number++).append("', expr: '");
                rules.append(expression.replace("$__rate_interval", "5m").replace("$__range", "6h"))
                        .append("' }\n");
            }
        }
        Path file = Files.writeString(directory.resolve("rules.yaml"), rules);
        assertThat(Promtool.run("check", "rules", file.toString())).contains("SUCCESS: " + number + " rules");
    }

    @Test
    void shouldNoticeWhatIsNotThere() {
        assertThatFails("rate(sn_gateway_messages_total[5m])");
        assertThatFails("sn_gateway_store_state{state=\"good\"}");
        assertThatFails("sn_gateway_store_state{shard=\"ok\"}");
        assertThatFails("sum by (shard) (sn_gateway_sessions)");
        assertThatFails("1 + 1");
        assertAsksForWhatThereIs("sum by (job, state) (sn_gateway_store_state{state=~\"ok|full\",job=\"j\"})");
    }

    private static void assertThatFails(String expression) {
        boolean failed = false;
        try {
            assertAsksForWhatThereIs(expression);
        } catch (AssertionError found) {
            failed = true;
        }
        assertThat(failed).as(expression).isTrue();
    }
}
