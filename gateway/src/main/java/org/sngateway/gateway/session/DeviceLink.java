// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.codec.message.SnMessage;

/** Sends to the device, wherever it is now; to nowhere while its address is not known. */
interface DeviceLink {
    void send(SnMessage message);

    /** The largest message in octets that reaches the device. */
    int maxFrameOctets();

    /**
     * How long it takes until a message that is sent now has left, in nanoseconds: an answer cannot be awaited before. 0 unless the way to
     * the device is a slow one.
     */
    long sendingNanos(SnMessage message);
}
