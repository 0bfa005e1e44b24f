// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/**
 * The first half of a will: topic, QoS and retain of WILLTOPIC and WILLTOPICUPD, MQTT-SN 1.2 §5.4.7.
 *
 * @param topic 1..65530 octets of UTF-8, no wildcards
 */
public record WillHeader(Qos qos, boolean retain, String topic) {
    public WillHeader {
        Checks.range("will topic octets", Checks.utf8Octets(topic), 1, Checks.MAX_FRAME_OCTETS - 5);
        if (qos == Qos.WITHOUT_SESSION) {
            throw new IllegalArgumentException("will QoS is -1, allowed is 0..2");
        }
    }
}
