// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** How a value in the file becomes a {@code T}. */
@FunctionalInterface
interface ValueType<T> {
    /** Null after a problem was reported. */
    @Nullable
    T read(Value value);

    /** A list of at least one element. Elements with problems are left out. */
    static <T> ValueType<List<T>> listOf(ValueType<T> elementType) {
        return value -> {
            if (!(value.node() instanceof SequenceNode sequence)) {
                value.wrongKind("a list");
                return null;
            }
            if (sequence.getValue().isEmpty()) {
                value.problem("is empty", "at least one entry");
                return null;
            }
            List<T> elements = new ArrayList<>();
            for (int i = 0; i < sequence.getValue().size(); i++) {
                Value element = new Value(
                        value.source(),
                        value.key() + "[" + i + "]",
                        sequence.getValue().get(i));
                T read = elementType.read(element);
                if (read != null) {
                    elements.add(read);
                }
            }
            return elements;
        };
    }

    /** A list of at least one element, no two of them equal. */
    static <T> ValueType<List<T>> listOfDistinct(ValueType<T> elementType) {
        return value -> listOf(distinct(elementType)).read(value);
    }

    /** Such a list, or one element without the list. */
    static <T> ValueType<List<T>> oneOrListOf(ValueType<T> elementType) {
        return value -> {
            if (value.node() instanceof SequenceNode) {
                return listOfDistinct(elementType).read(value);
            }
            T only = elementType.read(value);
            return only != null ? List.of(only) : null;
        };
    }

    /** Such a list as {@code listType} reads, or an empty one. */
    static <T> ValueType<List<T>> orEmptyList(ValueType<List<T>> listType) {
        return value ->
                value.node() instanceof SequenceNode list && list.getValue().isEmpty()
                        ? List.of()
                        : listType.read(value);
    }

    private static <T> ValueType<T> distinct(ValueType<T> type) {
        Set<T> seen = new HashSet<>();
        return value -> {
            T read = type.read(value);
            if (read != null && !seen.add(read)) {
                value.problem("is there twice", "each one once");
                return null;
            }
            return read;
        };
    }

    /** A mapping in the order of the file. Entries with problems are left out; no value at all is an empty mapping. */
    static <K, V> ValueType<Map<K, V>> mapOf(ValueType<K> keyType, ValueType<V> valueType) {
        return value -> {
            if (value.isNull()) {
                return Map.of();
            }
            if (!(value.node() instanceof MappingNode mapping)) {
                value.wrongKind("a mapping");
                return null;
            }
            ValueType<K> distinctKeyType = distinct(keyType);
            Map<K, V> entries = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                    value.badKey(tuple.getKeyNode());
                    continue;
                }
                String key = value.key().isEmpty() ? name.getValue() : value.key() + "." + name.getValue();
                K entryKey = distinctKeyType.read(new Value(value.source(), key, name));
                V entryValue = valueType.read(new Value(value.source(), key, tuple.getValueNode()));
                if (entryKey != null && entryValue != null) {
                    entries.put(entryKey, entryValue);
                }
            }
            return entries;
        };
    }
}
