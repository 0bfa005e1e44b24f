// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.codec.message.SnMessage;

/** Sends to the device, wherever it is now; to nowhere while its address is not known. */
interface DeviceLink {
    void send(SnMessage message);

    /** The largest message in octets that reaches the device. */
    int maxFrameOctets();
}
