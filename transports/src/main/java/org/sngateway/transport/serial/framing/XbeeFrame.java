// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.sngateway.codec.message.Payload;

/**
 * Frame data of an XBee module. The frames of the ZigBee, DigiMesh and 900 MHz families ({@code 10}, {@code 8B}, {@code 90}) carry both
 * addresses; those that came with the first 802.15.4 modules ({@code 00}, {@code 01}, {@code 80}, {@code 81}, {@code 89}), here <em>plain</em>,
 * carry one.
 */
public sealed interface XbeeFrame {
    /** The most that {@link TransmitRequest} and {@link Received} put before the data. */
    int MAX_OVERHEAD_OCTETS = 14;

    /**
     * To the module: send this.
     *
     * @param plain whether it has the form of the first 802.15.4 modules, which knows no network address and no radius
     * @param frameId 1..255 to be told what became of it in a {@link TransmitStatus}; 0 not to be
     * @param network the node's network address, {@link XbeeAddress#UNKNOWN_NETWORK} where it is not known
     * @param radius how many hops a broadcast goes, 0..255; 0 is the whole network
     */
    record TransmitRequest(boolean plain, int frameId, XbeeAddress to, int network, int radius, Payload data)
            implements XbeeFrame {}

    /**
     * From the module: what became of a {@link TransmitRequest}.
     *
     * @param status the module's code, 0..255; 0 is success
     */
    record TransmitStatus(boolean plain, int frameId, int status) implements XbeeFrame {
        public boolean isDelivered() {
            return status == 0;
        }
    }

    /**
     * From the module: data of another node.
     *
     * @param network the node's network address; {@link XbeeAddress#UNKNOWN_NETWORK} where it is not told
     * @param broadcast whether it was sent to all
     */
    record Received(boolean plain, XbeeAddress from, int network, boolean broadcast, Payload data)
            implements XbeeFrame {}

    /** From the module: something happened to it, 0 a reset, 2 joined a network, 3 left it, and others. */
    record ModemStatus(int status) implements XbeeFrame {}

    /** Some other frame, or one that is too short for its type; {@code type} is -1 for none at all. */
    record Other(int type) implements XbeeFrame {}

    /** Reads frame data; never throws, whatever it is. */
    static XbeeFrame read(byte[] body) {
        return XbeeFormat.read(Unpooled.wrappedBuffer(body));
    }

    /**
     * This as frame data.
     *
     * @throws IllegalArgumentException for {@link Other}, of which only the type is known
     */
    default byte[] toOctets() {
        ByteBuf out = Unpooled.buffer();
        XbeeFormat.write(this, out);
        return ByteBufUtil.getBytes(out);
    }
}
