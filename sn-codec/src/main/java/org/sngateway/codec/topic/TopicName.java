// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

/** Rules for topic names, MQTT 5 §4.7. */
public final class TopicName {
    private TopicName() {}

    /** Whether {@code text} is a well-formed topic name: 1..65535 octets of UTF-8, no U+0000, no wildcard. */
    public static boolean isValid(String text) {
        return !TopicText.hasWildcard(text) && TopicText.isWellFormed(text);
    }
}
