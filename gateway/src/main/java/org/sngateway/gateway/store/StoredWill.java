// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A device's will.
 *
 * @param topic as the device named it
 * @param qos 0..2
 */
public record StoredWill(String topic, Payload payload, Qos qos, boolean retain) {
    int octets() {
        return topic.length() + payload.length();
    }
}
