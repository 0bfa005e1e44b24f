// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A message that waits for a device.
 *
 * @param seq its place in the device's queue: rising, and never given twice to one device
 * @param topic as the device is told
 * @param qos 0..2
 * @param via the filter it came for
 * @param expiresMillis when it need not be delivered any more, in milliseconds of the epoch; 0 for never (NULL in the file)
 * @param msgId the message id it was sent to the device with, 1..65535; 0 when it was not sent yet
 * @param received whether the device has acknowledged it with PUBREC
 */
public record StoredDelivery(
        String clientId,
        long seq,
        String topic,
        Payload payload,
        Qos qos,
        boolean retained,
        String via,
        long expiresMillis,
        int msgId,
        boolean received) {
    int octets() {
        return clientId.length() + topic.length() + payload.length() + via.length();
    }
}
