// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;

/** What is at the other end of a line: bodies of frames there, MQTT-SN frames and the nodes they belong to here. Any thread. */
interface LineEnd {
    /**
     * An MQTT-SN frame.
     *
     * @param node who sent it; empty for the device at the end of the line
     * @param broadcast whether it was sent to all
     */
    record Arrival(Payload node, boolean broadcast, Payload frame) {}

    /** What a body brings; null when it is no business of MQTT-SN. */
    @Nullable
    Arrival receive(byte[] body);

    /** The body that takes {@code frame} to {@code node}. */
    byte[] toNode(Payload node, byte[] frame);

    /**
     * The body that takes {@code frame} to all.
     *
     * @param radius hops, 0..255; 0 is the whole network
     */
    byte[] toAll(byte[] frame, int radius);

    /** What a body has besides the frame in it. */
    int overheadOctets();

    /** How many frames did not arrive, as far as the other end tells. */
    long undelivered();

    /** One device, or forwarder, which gets all that is sent. */
    final class Direct implements LineEnd {
        @Override
        public Arrival receive(byte[] body) {
            return new Arrival(Payload.EMPTY, false, Payload.wrap(body));
        }

        @Override
        public byte[] toNode(Payload node, byte[] frame) {
            return frame;
        }

        @Override
        public byte[] toAll(byte[] frame, int radius) {
            return frame;
        }

        @Override
        public int overheadOctets() {
            return 0;
        }

        @Override
        public long undelivered() {
            return 0;
        }
    }
}
