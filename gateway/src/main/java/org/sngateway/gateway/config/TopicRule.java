// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.listOfDistinct;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;

/**
 * One entry of {@code admission.publish} or {@code admission.subscribe}: what the devices that match may do.
 *
 * @param device a {@link ClientIdPattern}
 * @param topics topic filters without the prefix, where {@code %c} stands for the client id
 */
public record TopicRule(String device, List<String> topics) {
    public TopicRule {
        topics = List.copyOf(topics);
    }

    /** The type of a topic filter in which {@code %c} stands for the client id. */
    static Scalar<String> topicFilter() {
        return text("a topic filter, where %c stands for the client id", TopicFilter::isValid);
    }

    static @Nullable TopicRule read(Section in) {
        String device = in.required("device", AdmissionConfig.pattern());
        List<String> topics = in.optional("topics", listOfDistinct(topicFilter()));
        if (!in.has("topics")) {
            in.problem("topics", "is missing", "a list of topic filters");
        }
        return device == null || topics == null ? null : new TopicRule(device, topics);
    }
}
