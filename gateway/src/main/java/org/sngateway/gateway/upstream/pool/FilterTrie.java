// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;

/**
 * A map from topic filters to values, one tree level per topic level; answers which filters match a topic name and whether any
 * filter shares a topic name with another, in time that depends on the number of levels rather than of filters. A wildcard in the
 * first level does not match a first level that begins with {@code $} (MQTT 5 §4.7.2).
 */
final class FilterTrie<V> {
    /** Most nodes are on the way to one device's own filter: an only child is kept in an immutable map, a fifth as large. */
    private static final class Node<V> {
        private @Nullable Map<String, Node<V>> children;
        private @Nullable V value;

        @Nullable
        Node<V> child(String level) {
            return children == null ? null : children.get(level);
        }

        Node<V> childOrNew(String level) {
            Node<V> child = child(level);
            if (child != null) {
                return child;
            }
            Node<V> added = new Node<>();
            if (children == null) {
                children = Map.of(level, added);
            } else {
                Map<String, Node<V>> several = children.size() == 1 ? new HashMap<>(children) : children;
                several.put(level, added);
                children = several;
            }
            return added;
        }

        void removeChild(String level) {
            if (children == null || children.size() == 1) {
                children = null;
                return;
            }
            children.remove(level);
            if (children.size() == 1) {
                children = Map.copyOf(children);
            }
        }

        boolean isEmpty() {
            return value == null && children == null;
        }
    }

    private final Node<V> root = new Node<>();

    @Nullable
    V get(TopicFilter filter) {
        Node<V> node = root;
        for (String level : levels(filter)) {
            node = node.child(level);
            if (node == null) {
                return null;
            }
        }
        return node.value;
    }

    void put(TopicFilter filter, V value) {
        Node<V> node = root;
        for (String level : levels(filter)) {
            node = node.childOrNew(level);
        }
        node.value = value;
    }

    void remove(TopicFilter filter) {
        remove(root, levels(filter), 0);
    }

    private static <V> void remove(Node<V> node, String[] levels, int depth) {
        if (depth == levels.length) {
            node.value = null;
            return;
        }
        Node<V> child = node.child(levels[depth]);
        if (child == null) {
            return;
        }
        remove(child, levels, depth + 1);
        if (child.isEmpty()) {
            node.removeChild(levels[depth]);
        }
    }

    boolean isEmpty() {
        return root.isEmpty();
    }

    void clear() {
        root.children = null;
        root.value = null;
    }

    /** Calls {@code action} with the value of every filter. */
    void forEach(Consumer<? super V> action) {
        forEach(root, action);
    }

    private static <V> void forEach(Node<V> node, Consumer<? super V> action) {
        accept(node, action);
        if (node.children != null) {
            node.children.values().forEach(child -> forEach(child, action));
        }
    }

    /** Calls {@code matched} with the value of every filter that matches {@code topicName}. */
    void match(String topicName, Consumer<? super V> matched) {
        if (!topicName.isEmpty()) {
            match(root, topicName, 0, !topicName.startsWith("$"), matched);
        }
    }

    private static <V> void match(
            Node<V> node, String topic, int start, boolean wildcardsCount, Consumer<? super V> matched) {
        if (node.children == null) {
            if (start > topic.length()) {
                accept(node, matched);
            }
            return;
        }
        if (wildcardsCount) {
            accept(node.child("#"), matched);
        }
        if (start > topic.length()) {
            accept(node, matched);
            return;
        }
        int slash = topic.indexOf('/', start);
        int end = slash < 0 ? topic.length() : slash;
        Node<V> exact = node.child(topic.substring(start, end));
        if (exact != null) {
            match(exact, topic, end + 1, true, matched);
        }
        Node<V> plus = node.child("+");
        if (plus != null && wildcardsCount) {
            match(plus, topic, end + 1, true, matched);
        }
    }

    private static <V> void accept(@Nullable Node<V> node, Consumer<? super V> matched) {
        if (node != null && node.value != null) {
            matched.accept(node.value);
        }
    }

    /** Whether some topic name matches both {@code filter} and a filter of this trie. */
    boolean overlaps(TopicFilter filter) {
        return overlaps(root, levels(filter), 0);
    }

    private static <V> boolean overlaps(Node<V> node, String[] levels, int depth) {
        boolean dollar = depth == 0 && levels[0].startsWith("$");
        if (!dollar && node.child("#") != null) {
            return true;
        }
        if (depth == levels.length) {
            return node.value != null;
        }
        String level = levels[depth];
        if (level.equals("#")) {
            return hasFilterBelow(node, depth == 0) || (node.value != null && !isEmptyName(levels, depth));
        }
        if (level.equals("+")) {
            return overlapsAnyChild(node, levels, depth);
        }
        Node<V> exact = node.child(level);
        Node<V> plus = dollar ? null : node.child("+");
        return (exact != null && overlaps(exact, levels, depth + 1))
                || (plus != null && overlaps(plus, levels, depth + 1));
    }

    private static <V> boolean overlapsAnyChild(Node<V> node, String[] levels, int depth) {
        if (node.children == null) {
            return false;
        }
        for (Map.Entry<String, Node<V>> child : node.children.entrySet()) {
            String level = child.getKey();
            boolean counts = depth > 0 || !(level.startsWith("$") || (level.isEmpty() && levels.length == 1));
            if (counts && overlaps(child.getValue(), levels, depth + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is a filter below {@code node}; at the root those that begin with {@code $} do not count. */
    private static <V> boolean hasFilterBelow(Node<V> node, boolean root) {
        return node.children != null
                && (!root || node.children.keySet().stream().anyMatch(level -> !level.startsWith("$")));
    }

    /** What is before the {@code #} of {@code /#} is no topic name, unlike with other filters: topic names are not empty. */
    private static boolean isEmptyName(String[] levels, int depth) {
        return depth == 1 && levels[0].isEmpty();
    }

    private static String[] levels(TopicFilter filter) {
        return filter.value().split("/", -1);
    }
}
