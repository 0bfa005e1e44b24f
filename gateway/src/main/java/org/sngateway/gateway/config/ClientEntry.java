// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.listOfDistinct;
import static org.sngateway.gateway.config.ValueType.mapOf;
import static org.sngateway.gateway.config.ValueType.oneOrListOf;
import static org.sngateway.gateway.config.ValueType.orEmptyList;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicName;

/**
 * What holds for one device, or for those that a pattern matches: one entry of the clients file.
 *
 * @param identities key {@code identity}: a device has to prove one of these, where {@code %c} stands for the client id; none for nothing
 * @param publish topic filters that it may publish to besides what other rules allow, where {@code %c} stands for the client id; null
 *     when nothing is said of it
 * @param subscribe topic filters whose topics it may subscribe to, likewise
 * @param will whether it may have a will
 * @param predefined pre-defined topic ids of its own, where {@code %c} stands for the client id
 */
public record ClientEntry(
        List<String> identities,
        @Nullable List<String> publish,
        @Nullable List<String> subscribe,
        boolean will,
        Map<Integer, String> predefined) {
    private static final String CLIENT_ID = "%c";

    public ClientEntry {
        identities = List.copyOf(identities);
        publish = publish == null ? null : List.copyOf(publish);
        subscribe = subscribe == null ? null : List.copyOf(subscribe);
        predefined = Map.copyOf(predefined);
    }

    /**
     * Whether who uses {@code clientId} may have proved this.
     *
     * @param identity null for nothing
     */
    public boolean allowsIdentity(@Nullable String identity, String clientId) {
        if (identities.isEmpty()) {
            return true;
        }
        for (String allowed : identities) {
            if (allowed.replace(CLIENT_ID, clientId).equals(identity)) {
                return true;
            }
        }
        return false;
    }

    static ClientEntry read(Section in) {
        return new ClientEntry(
                in.value(
                        "identity",
                        oneOrListOf(text(
                                "an identity (or a list of them), where %c stands for the client id",
                                text -> !text.isEmpty())),
                        List.of()),
                in.optional("publish", orEmptyList(listOfDistinct(TopicRule.topicFilter()))),
                in.optional("subscribe", orEmptyList(listOfDistinct(TopicRule.topicFilter()))),
                in.value("will", bool(), true),
                in.value(
                        "predefined",
                        mapOf(
                                integer(1, 65_534),
                                text(
                                        "a topic name without + and #, where %c stands for the client id",
                                        TopicName::isValid)),
                        Map.of()));
    }
}
