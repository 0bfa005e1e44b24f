// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A mapping with a fixed set of keys: those that its reader asks for. When the reader is done, any other key in the file is a
 * problem. A value with a problem reads as its default, so that reading goes on and finds the next one.
 */
final class Section {
    /** Reads a section's keys; null after a problem was reported that leaves nothing to build. */
    @FunctionalInterface
    interface Reader<T> {
        @Nullable
        T read(Section in);
    }

    private final ConfigSource source;
    private final String key;
    private final Optional<Mark> place;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Map<String, Value> keys = new LinkedHashMap<>(); // the same keys; the value is the key's own node
    private final Set<String> known = new LinkedHashSet<>();

    private boolean ignoreOtherKeys;

    private Section(ConfigSource source, String key, Optional<Mark> place) {
        this.source = source;
        this.key = key;
        this.place = place;
    }

    /** A section that is not in the file. */
    static Section empty(ConfigSource source) {
        return new Section(source, "", Optional.empty());
    }

    /** A section that is in no file. */
    static Section empty() {
        return empty(new ConfigSource(Path.of("")));
    }

    /** The type of a value that is a section. No value at all is a section without keys. */
    static <T> ValueType<T> section(Reader<T> reader) {
        return value -> {
            Section in = new Section(value.source(), value.key(), value.node().getStartMark());
            if (value.node() instanceof MappingNode mapping) {
                mapping.getValue().forEach(tuple -> in.add(value, tuple));
            } else if (!value.isNull()) {
                value.wrongKind("a mapping of keys to values");
                return null;
            }
            T read = reader.read(in);
            in.refuseUnknownKeys();
            return read;
        };
    }

    private void add(Value section, NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
            section.badKey(tuple.getKeyNode());
            return;
        }
        Value keyValue = new Value(source, path(name.getValue()), name);
        if (keys.putIfAbsent(name.getValue(), keyValue) == null) {
            values.put(name.getValue(), new Value(source, path(name.getValue()), tuple.getValueNode()));
        } else {
            keyValue.problem("is there twice", "each one once");
        }
    }

    /** A key's value, or {@code defaultValue} when it is not in the file. */
    <T> T value(String name, ValueType<T> type, T defaultValue) {
        T read = read(name, type);
        T value = read != null ? read : defaultValue;
        source.note(path(name), value);
        return value;
    }

    /** A key's value; null when it is not in the file, or has a problem. */
    <T> @Nullable T optional(String name, ValueType<T> type) {
        T read = read(name, type);
        source.note(path(name), read);
        return read;
    }

    private <T> @Nullable T read(String name, ValueType<T> type) {
        know(name);
        Value value = values.get(name);
        return value != null ? type.read(value) : null;
    }

    /** A key's value; a problem when it is not in the file. */
    <T> @Nullable T required(String name, Scalar<T> type) {
        if (!values.containsKey(name)) {
            problem(name, "is missing", type.allowed());
        }
        return optional(name, type);
    }

    /** Checks a key whose value makes no difference yet. */
    void check(String name, ValueType<?> type) {
        Object ignored = optional(name, type);
    }

    /** A section in this one; one that is not in the file has all its defaults. */
    <T> T section(String name, Reader<T> reader) {
        T read = read(name, section(reader));
        if (read != null) {
            return read;
        }
        T defaults = reader.read(new Section(source, path(name), place));
        if (defaults == null) {
            throw new IllegalStateException(path(name) + " has no defaults");
        }
        return defaults;
    }

    /** Whether the keys are free of problems so far; a key that is not in the file is. */
    boolean isSound(String... names) {
        return Arrays.stream(names).map(this::path).allMatch(source::isSound);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** A problem with a key's value; with the section when the key is not in the file. */
    void problem(String name, String wrong, String allowed) {
        Value value = values.get(name);
        source.problem(value != null ? value.node().getStartMark() : place, path(name), wrong, allowed);
    }

    /** Lets keys pass that the reader did not ask for, when it cannot know which ones there may be. */
    void ignoreOtherKeys() {
        ignoreOtherKeys = true;
    }

    private void know(String name) {
        known.add(name);
        source.know(path(name));
    }

    private String path(String name) {
        return key.isEmpty() ? name : key + "." + name;
    }

    private void refuseUnknownKeys() {
        if (ignoreOtherKeys) {
            return;
        }
        String allowed = "allowed here: " + String.join(", ", known);
        keys.forEach((name, value) -> {
            if (!known.contains(name)) {
                String hint = Spelling.closest(name, known)
                        .map(close -> "did you mean " + close + "? ")
                        .orElse("");
                value.problem("unknown key", hint + allowed);
            }
        });
    }
}
