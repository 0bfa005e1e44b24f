// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code docs/conformance.md} claims: every rule has tests that exist, or a deviation that is explained. */
class ConformanceTest {
    private static final Path HOME = Path.of(System.getProperty("sn.home"));
    private static final int SECTIONS = 12;

    private static final Pattern SECTION = Pattern.compile("## (\\d+)\\. .+");
    private static final Pattern NUMBER = Pattern.compile("(\\d+)\\.(\\d+)");
    private static final Pattern RULE_LEVEL = Pattern.compile("[MSDOP]( / [MSDOP])?");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST_NAME = Pattern.compile("(\\w+(?:Test|IT|E2E))(?:\\.(\\w+))?");
    private static final Pattern DEVIATION = Pattern.compile("\\b[Dd]eviation (\\d+)");
    private static final Pattern VECTOR = Pattern.compile("\\b(?:X-)?[A-Z]{3}-\\d{2}\\b");
    private static final Pattern METHOD = Pattern.compile("(?:void|Stream<DynamicNode>) (should\\w+)\\(");

    private static Map<String, Set<String>> methodsByClass = Map.of();
    private static Set<String> vectors = Set.of();

    @BeforeAll
    static void readSources() throws IOException {
        methodsByClass = testMethods();
        try (Stream<String> lines = Files.lines(HOME.resolve("sn-codec/src/test/resources/vectors.csv"))) {
            vectors = lines.map(line -> line.split(",", 2)[0]).collect(Collectors.toSet());
        }
    }

    private static Map<String, Set<String>> testMethods() throws IOException {
        Map<String, Set<String>> found = new HashMap<>();
        List<Path> modules;
        try (Stream<Path> children = Files.list(HOME)) {
            modules = children.map(child -> child.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        for (Path module : modules) {
            try (Stream<Path> files = Files.walk(module)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    found.put(
                            name,
                            METHOD.matcher(Files.readString(file))
                                    .results()
                                    .map(result -> result.group(1))
                                    .collect(Collectors.toSet()));
                }
            }
        }
        return found;
    }

    /** One row of a section's table. */
    private record Rule(String number, String text, String reference, String level, String evidence) {}

    /** The page, taken apart. */
    private static final class Page {
        private final Map<Integer, List<Rule>> rules = new TreeMap<>();
        private final Set<Integer> clientsAffairs = new TreeSet<>();
        private final Map<Integer, String> deviations = new TreeMap<>();
        private final List<String> strayRows = new ArrayList<>();

        static Page of(String text) {
            Page page = new Page();
            int section = 0;
            boolean inDeviations = false;
            for (String line : text.lines().toList()) {
                Matcher heading = SECTION.matcher(line);
                if (line.startsWith("## ")) {
                    inDeviations = line.equals("## Deviations");
                    section = heading.matches() ? Integer.parseInt(heading.group(1)) : 0;
                } else if (line.startsWith("Client's affair: ")) {
                    page.clientsAffairs.add(section);
                } else if (line.startsWith("| ") && !line.startsWith("| --- ") && !line.startsWith("| No. ")) {
                    page.addRow(section, inDeviations, line);
                }
            }
            return page;
        }

        private void addRow(int section, boolean inDeviations, String line) {
            String[] cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::trim).toArray(String[]::new);
            if (inDeviations && cells.length == 5 && cells[1].matches("\\d+")) {
                deviations.put(Integer.parseInt(cells[1]), cells[3]);
            } else if (section > 0 && cells.length == 7) {
                rules.computeIfAbsent(section, any -> new ArrayList<>())
                        .add(new Rule(cells[1], cells[2], cells[3], cells[4], cells[5]));
            } else if (section > 0 || inDeviations) {
                strayRows.add(line);
            }
        }

        Stream<Rule> all() {
            return rules.values().stream().flatMap(List::stream);
        }
    }

    /** All that is wrong with a page; none when its claims hold. */
    private static List<String> problems(String text) {
        Page page = Page.of(text);
        List<String> problems = new ArrayList<>();
        page.strayRows.forEach(row -> problems.add("not a row of its table: " + row));
        for (int section = 1; section <= SECTIONS; section++) {
            List<Rule> rules = page.rules.getOrDefault(section, List.of());
            if (rules.isEmpty()) {
                problems.add("section " + section + " has no rule");
            }
            if (!page.clientsAffairs.contains(section)) {
                problems.add("section " + section + " does not say what is the client's affair");
            }
            for (int i = 0; i < rules.size(); i++) {
                String number = section + "." + (i + 1);
                if (!rules.get(i).number.equals(number)) {
                    problems.add("rule " + rules.get(i).number + " should be " + number);
                }
            }
        }
        page.all().forEach(rule -> problems.addAll(problems(rule, page)));
        Set<Integer> used = page.all()
                .flatMap(rule -> DEVIATION.matcher(rule.evidence).results())
                .map(result -> Integer.parseInt(result.group(1)))
                .collect(Collectors.toSet());
        page.deviations.forEach((number, reason) -> {
            if (!used.contains(number)) {
                problems.add("deviation " + number + " belongs to no rule");
            }
            if (reason.isEmpty()) {
                problems.add("deviation " + number + " has no reason");
            }
        });
        return problems;
    }

    private static List<String> problems(Rule rule, Page page) {
        List<String> problems = new ArrayList<>();
        String where = "rule " + rule.number + ": ";
        if (!NUMBER.matcher(rule.number).matches() || rule.text.isEmpty() || rule.reference.isEmpty()) {
            problems.add(where + "incomplete");
        }
        if (!RULE_LEVEL.matcher(rule.level).matches()) {
            problems.add(where + "no such level: " + rule.level);
        }
        List<String> tests = CODE.matcher(rule.evidence)
                .results()
                .map(result -> Objects.requireNonNull(result.group(1)))
                .toList();
        tests.forEach(test -> testProblem(test).ifPresent(problem -> problems.add(where + problem)));
        List<String> named =
                VECTOR.matcher(rule.evidence).results().map(MatchResult::group).toList();
        named.stream().filter(id -> !vectors.contains(id)).forEach(id -> problems.add(where + "no such vector: " + id));
        if (tests.contains("VectorsTest") == named.isEmpty()) {
            problems.add(where + "VectorsTest goes with the ids of its vectors");
        }
        List<Integer> deviations = DEVIATION
                .matcher(rule.evidence)
                .results()
                .map(result -> Integer.parseInt(result.group(1)))
                .toList();
        deviations.stream()
                .filter(number -> !page.deviations.containsKey(number))
                .forEach(number -> problems.add(where + "no such deviation: " + number));
        if (tests.isEmpty() && deviations.isEmpty()) {
            problems.add(where + "neither a test nor a deviation");
        }
        return problems;
    }

    private static Optional<String> testProblem(String name) {
        Matcher test = TEST_NAME.matcher(name);
        if (!test.matches()) {
            return Optional.of("not the name of a test: " + name);
        }
        Set<String> methods = methodsByClass.get(test.group(1));
        if (methods == null) {
            return Optional.of("no such test class: " + test.group(1));
        }
        String method = test.group(2);
        return method == null || methods.contains(method) ? Optional.empty() : Optional.of("no such test: " + name);
    }

    private static String page() throws IOException {
        return Files.readString(HOME.resolve("docs/conformance.md"));
    }

    @Test
    void shouldNameTestsThatExistForEveryRule() throws IOException {
        assertThat(problems(page())).isEmpty();
    }

    /** Each kind of mistake is found, and only that: the page is right but for one replacement. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            RulesTest.shouldAnswerAPingWithOrWithoutClientId; RulesTest.shouldNotExist; no such test: RulesTest.shouldNotExist
            `SearchTest.; `NoSuchTest.; no such test class: NoSuchTest
            ADV-01; ADV-99; no such vector: ADV-99
            `VectorsTest` (ADV-01; (ADV-01; VectorsTest goes with the ids of its vectors
            | 3.1 |; | 3.9 |; rule 3.9 should be 3.1
            ## 9.; ## Nine; section 9 has no rule
            """)
    void shouldFindMistakes(String right, String wrong, String problem) throws IOException {
        String page = page();
        assertThat(page).contains(right);

        assertThat(problems(page.replace(right, wrong)))
                .isNotEmpty()
                .anySatisfy(found -> assertThat(found).contains(problem));
    }

    @Test
    void shouldFindARuleWithoutEvidenceAndADeviationWithoutRule() throws IOException {
        String page = page();
        String bare = "| 1.1 | A rule. | 5.2 | M | |\n";
        String lonely = "| 99 | Something else. | Because. |\n";

        assertThat(problems(page.replaceFirst("\\| 1\\.1 \\|.*\\n", bare)))
                .contains("rule 1.1: neither a test nor a deviation");
        assertThat(problems(page.stripTrailing() + "\n" + lonely)).contains("deviation 99 belongs to no rule");
        assertThat(problems(page.replace("Client's affair: ", "Clients: "))).hasSize(SECTIONS);
    }
}
