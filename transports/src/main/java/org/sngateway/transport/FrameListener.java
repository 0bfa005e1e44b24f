// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import org.sngateway.codec.DecodeResult;

/** Receives decoded frames; called on the owner loop it was registered with. */
@FunctionalInterface
public interface FrameListener {
    /**
     * One frame has arrived.
     *
     * @param from where an answer goes
     * @param frame what the octets were
     */
    void onFrame(DeviceAddress from, DecodeResult frame);

    /**
     * One frame has arrived that was sent to all gateways in reach, as a rule SEARCHGW (MQTT-SN 1.2 §6.1). It arrives on the loop of any
     * one port, whatever port the sender's other frames go to. Ignored unless overridden.
     *
     * @param from where an answer to the sender alone goes
     * @param frame what the octets were
     */
    default void onBroadcast(DeviceAddress from, DecodeResult frame) {}
}
