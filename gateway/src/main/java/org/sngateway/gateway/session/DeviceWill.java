// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.gateway.upstream.UpstreamMessage;

/** The will of one device (MQTT-SN 1.2 §6.3, §6.4). The gateway keeps it, so a change takes effect at once. */
record DeviceWill(WillHeader header, Payload message) {
    /** With another topic. */
    DeviceWill with(WillHeader newHeader) {
        return new DeviceWill(newHeader, message);
    }

    /** With another message. */
    DeviceWill with(Payload newMessage) {
        return new DeviceWill(header, newMessage);
    }

    /** What is to be published. */
    UpstreamMessage toUpstream(String prefix) {
        return new UpstreamMessage(prefix + header.topic(), message, header.qos(), header.retain());
    }
}
