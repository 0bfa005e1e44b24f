// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerTopics;

/** Topic names checked and encoded before; cleared when full. */
final class TopicCache {
    private static final int OF_GATEWAY = 10_000;
    private static final int OF_DEVICE = 8;

    private final int capacity;
    private final Map<String, MqttTopic> topics;

    private TopicCache(int capacity) {
        this.capacity = capacity;
        this.topics = new HashMap<>();
    }

    /** A cache for what passes a connection: the topics of many devices, or of one. */
    static TopicCache of(Identity identity) {
        return new TopicCache(identity instanceof Identity.OfDevice ? OF_DEVICE : OF_GATEWAY);
    }

    /** Null when no message may be published to it. */
    @Nullable
    MqttTopic get(String name) {
        MqttTopic topic = topics.get(name);
        if (topic == null && BrokerTopics.isPublishable(name)) {
            if (topics.size() >= capacity) {
                topics.clear();
            }
            topic = MqttTopic.of(name);
            topics.put(name, topic);
        }
        return topic;
    }
}
