// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.mapOf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sngateway.codec.topic.TopicName;

/**
 * Section {@code topics}: how topics are named towards the broker.
 *
 * @param prefix put before every topic towards the broker; empty for none
 * @param predefined topic names by pre-defined topic id, 1..65534, for all devices
 * @param predefinedPerDevice the same for the devices whose client id matches the key, a {@link ClientIdPattern}, in the order
 *     of the file; {@code %c} in a topic name stands for the client id
 */
public record TopicsConfig(
        String prefix, Map<Integer, String> predefined, Map<String, Map<Integer, String>> predefinedPerDevice) {
    /** Stands for the client id in per-device topic names. */
    private static final String CLIENT_ID = "%c";

    public TopicsConfig {
        predefined = Map.copyOf(predefined);
        Map<String, Map<Integer, String>> inOrder = new LinkedHashMap<>();
        predefinedPerDevice.forEach((pattern, table) -> inOrder.put(pattern, Map.copyOf(table)));
        predefinedPerDevice = Collections.unmodifiableMap(inOrder);
    }

    /**
     * The pre-defined topic ids of one device: the general table, overlaid by the table of each matching pattern in the order of
     * the file.
     *
     * <p>A client id must not reach topics that its table was not meant to open. So where {@code %c} cannot stand for exactly one
     * level, or part of one, the entry is left out for that device: when the client id is empty or has {@code /}, {@code +} or
     * {@code #} in it, when it would make the topic begin with {@code $}, and when the result is no topic name. An id that an
     * earlier table defines keeps that meaning.
     *
     * @param own the device's own table, which comes last
     * @return unmodifiable; the same map for all devices that no pattern matches and that have no table of their own
     */
    public Map<Integer, String> predefinedFor(String clientId, Map<Integer, String> own) {
        Map<Integer, String> all = null;
        for (Map.Entry<String, Map<Integer, String>> entry : predefinedPerDevice.entrySet()) {
            if (!ClientIdPattern.matches(entry.getKey(), clientId)) {
                continue;
            }
            if (all == null) {
                all = new LinkedHashMap<>(predefined);
            }
            overlay(entry.getValue(), clientId, all);
        }
        if (!own.isEmpty()) {
            all = all == null ? new LinkedHashMap<>(predefined) : all;
            overlay(own, clientId, all);
        }
        return all == null ? predefined : Collections.unmodifiableMap(all);
    }

    private static void overlay(Map<Integer, String> table, String clientId, Map<Integer, String> all) {
        table.forEach((id, name) -> {
            if (!name.contains(CLIENT_ID)) {
                all.put(id, name);
            } else if (canStandIn(clientId, name)) {
                all.put(id, name.replace(CLIENT_ID, clientId));
            }
        });
    }

    /** The same without a table of the device's own. */
    public Map<Integer, String> predefinedFor(String clientId) {
        return predefinedFor(clientId, Map.of());
    }

    private static boolean canStandIn(String clientId, String name) {
        return !clientId.isEmpty()
                && clientId.chars().noneMatch(c -> c == '/' || c == '+' || c == '#')
                && !(clientId.startsWith("$") && name.startsWith(CLIENT_ID))
                && TopicName.isValid(name.replace(CLIENT_ID, clientId));
    }

    static TopicsConfig read(Section in) {
        ValueType<String> prefix = text(
                "empty or the beginning of a topic name, without + and #, and no $ in front", TopicsConfig::isPrefix);
        ValueType<String> topic = text(
                "a topic name without + and #, and %c only in predefined-per-device",
                t -> TopicName.isValid(t) && !t.contains(CLIENT_ID));
        ValueType<String> topicOfDevice =
                text("a topic name without + and #, where %c stands for the client id", TopicName::isValid);
        ValueType<String> pattern = text(
                "a client id of 1 to 256 characters, where * stands for any characters and ? for one",
                ClientIdPattern::isValid);
        return new TopicsConfig(
                in.value("prefix", prefix, ""),
                in.value("predefined", mapOf(integer(1, 65_534), topic), Map.of()),
                in.value("predefined-per-device", mapOf(pattern, mapOf(integer(1, 65_534), topicOfDevice)), Map.of()));
    }

    private static boolean isPrefix(String text) {
        return text.isEmpty() || (TopicName.isValid(text) && !text.startsWith("$"));
    }
}
