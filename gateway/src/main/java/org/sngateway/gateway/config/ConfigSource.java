// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** A configuration file while it is read: where it is, and what was found so far. */
final class ConfigSource {
    /** The key of problems that concern no single key. */
    static final String WHOLE_FILE = "(file)";

    private final Path file;
    private final List<ConfigProblem> problems = new ArrayList<>();
    /** Those of files that this one names, with keys of their own. */
    private final List<ConfigProblem> includedProblems = new ArrayList<>();

    private final Set<String> knownKeys = new TreeSet<>();
    private final Map<String, Optional<Object>> values = new TreeMap<>();

    ConfigSource(Path file) {
        this.file = file;
    }

    /** {@code path} as it is meant in this file. */
    Path resolve(String path) {
        return file.resolveSibling(path);
    }

    void problem(Optional<Mark> place, String key, String wrong, String allowed) {
        int line = place.map(Mark::getLine).orElse(0) + 1;
        int column = place.map(Mark::getColumn).orElse(0) + 1;
        problem(line, column, key, wrong, allowed);
    }

    void problem(int line, int column, String key, String wrong, String allowed) {
        problems.add(new ConfigProblem(
                Value.oneLine(file.toString()),
                line,
                column,
                key.isEmpty() ? WHOLE_FILE : Value.oneLine(key),
                Value.oneLine(wrong),
                allowed));
    }

    /** Whether no problem was found with the key or with anything in it. */
    boolean isSound(String key) {
        return problems.stream().map(ConfigProblem::key).noneMatch(bad -> {
            return bad.equals(key) || bad.startsWith(key + ".") || bad.startsWith(key + "[");
        });
    }

    void know(String key) {
        knownKeys.add(key);
    }

    /** Every key that was looked for, present or not. */
    Set<String> knownKeys() {
        return knownKeys;
    }

    /**
     * Notes what a key means.
     *
     * @param value what stands there, else its default; null for nothing
     */
    void note(String key, @Nullable Object value) {
        // That maps are equal does not say that they have the same order.
        values.put(key, Optional.ofNullable(value instanceof Map<?, ?> map ? List.copyOf(map.entrySet()) : value));
    }

    /** What every key means. */
    Map<String, Optional<Object>> values() {
        return values;
    }

    /** The problems of a file that this one names count as this one's. */
    void include(ConfigSource other) {
        includedProblems.addAll(inOrder(other.problems));
    }

    void throwIfInvalid() throws InvalidConfigException {
        List<ConfigProblem> all = inOrder(problems);
        all.addAll(includedProblems);
        if (!all.isEmpty()) {
            throw new InvalidConfigException(all);
        }
    }

    private static List<ConfigProblem> inOrder(List<ConfigProblem> problems) {
        List<ConfigProblem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column));
        return sorted;
    }
}
