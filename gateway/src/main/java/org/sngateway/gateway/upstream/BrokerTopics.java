// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.codec.topic.TopicName;

/**
 * Which topic names and filters brokers take. For others a broker may close the connection (MQTT 5 §1.5.4, §4.13), which all devices
 * share and on which the same packet would be sent again and again; so they never get there.
 */
public final class BrokerTopics {
    /** More levels than this are taken for an attack by brokers. */
    private static final int MAX_SEPARATORS = 200;

    private BrokerTopics() {}

    /** Whether a message may be published to {@code topicName}. */
    public static boolean isPublishable(String topicName) {
        return TopicName.isValid(topicName) && isHarmless(topicName);
    }

    /** Whether {@code filter} may be subscribed on a shared connection; shared subscriptions (MQTT 5 §4.8.2) may not. */
    public static boolean isSubscribable(TopicFilter filter) {
        String text = filter.value();
        return isHarmless(text) && !text.equals("$share") && !text.startsWith("$share/");
    }

    /** No control characters or non-characters, which MQTT 5 §1.5.4 lets a broker reject, and not too many levels. */
    private static boolean isHarmless(String text) {
        int separators = 0;
        int c;
        for (int i = 0; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c == '/' && ++separators > MAX_SEPARATORS) {
                return false;
            }
            boolean control = c <= 0x1F || (c >= 0x7F && c <= 0x9F);
            boolean nonCharacter = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
            if (control || nonCharacter) {
                return false;
            }
        }
        return true;
    }
}
