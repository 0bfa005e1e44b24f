// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/threat-model.md} claims: each row of its table names tests that exist. */
class ThreatModelTest {
    private static final Path HOME = Path.of(System.getProperty("sn.home"));
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|IT|E2E))(?:\\.(should\\w+))?`");

    @Test
    void shouldNameTestsThatExist() throws IOException {
        Map<String, String> sources = testSources();
        List<String> rows = Files.readAllLines(HOME.resolve("docs/threat-model.md")).stream()
                .filter(line -> line.startsWith("| "))
                .filter(line -> !line.startsWith("| who ") && !line.startsWith("| --- "))
                .toList();

        assertThat(rows).hasSizeGreaterThan(15);
        for (String row : rows) {
            String evidence = row.substring(row.lastIndexOf('|', row.length() - 2));
            List<MatchResult> names = NAME.matcher(evidence).results().toList();
            assertThat(names).as(row).isNotEmpty();
            for (MatchResult name : names) {
                assertThat(sources).as(row).containsKey(name.group(1));
                if (name.group(2) != null) {
                    assertThat(Objects.requireNonNull(sources.get(name.group(1))))
                            .as(row)
                            .contains("void " + name.group(2) + "(");
                }
            }
        }
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
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
                    sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        return sources;
    }
}
