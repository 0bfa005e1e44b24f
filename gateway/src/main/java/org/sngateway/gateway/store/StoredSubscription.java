// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.Locale;
import org.sngateway.codec.message.Qos;

/**
 * One subscription of a device.
 *
 * @param filter the topic filter without the gateway's prefix
 * @param requested what the device asked for, 0..2
 * @param granted what it was granted, 0..2
 * @param named how the device named the topic
 * @param topicId the pre-defined topic id when it named it so, else 0
 * @param position the place in the order of the device's subscriptions
 */
public record StoredSubscription(
        String clientId, String filter, Qos requested, Qos granted, Naming named, int topicId, long position) {
    /** How a device named a topic. */
    public enum Naming {
        NAME,
        PREDEFINED_ID,
        SHORT_NAME;

        /** As it stands in the file. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The one with this text; one that is unknown counts as a name, which any device understands. */
        static Naming of(String text) {
            for (Naming naming : values()) {
                if (naming.text().equals(text)) {
                    return naming;
                }
            }
            return NAME;
        }
    }
}
