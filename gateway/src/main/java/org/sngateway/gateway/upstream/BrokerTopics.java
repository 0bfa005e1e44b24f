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

    private static final String SHARE = "$share";
    private static final String SHARED = SHARE + "/";

    private BrokerTopics() {}

    /** Whether a message may be published to {@code topicName}. */
    public static boolean isPublishable(String topicName) {
        return TopicName.isValid(topicName) && isHarmless(topicName);
    }

    /** Whether {@code filter} may be subscribed; of a shared subscription both group and filter have to be there (MQTT 5 §4.8.2). */
    public static boolean isSubscribable(TopicFilter filter) {
        String text = filter.value();
        if (!isHarmless(text)) {
            return false;
        }
        if (!text.equals(SHARE) && !isShared(filter)) {
            return true;
        }
        int groupEnd = groupEnd(text);
        String group = groupEnd < 0 ? "" : text.substring(SHARED.length(), groupEnd);
        return !group.isEmpty() && group.indexOf('+') < 0 && group.indexOf('#') < 0 && groupEnd + 1 < text.length();
    }

    /** Whether {@code filter} is a shared subscription, {@code $share/group/filter}. */
    public static boolean isShared(TopicFilter filter) {
        return filter.value().startsWith(SHARED);
    }

    /** The filter that topic names are compared with: of a shared subscription, one that is subscribable, what follows the group. */
    public static TopicFilter matched(TopicFilter filter) {
        String text = filter.value();
        return isShared(filter) ? new TopicFilter(text.substring(groupEnd(text) + 1)) : filter;
    }

    private static int groupEnd(String text) {
        return text.indexOf('/', SHARED.length());
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
