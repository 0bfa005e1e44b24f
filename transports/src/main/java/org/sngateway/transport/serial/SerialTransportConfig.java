// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import org.sngateway.transport.serial.framing.Framing;

/**
 * What a serial listener is opened with.
 *
 * @param listener the listener's number: its position in the configuration, from 0
 * @param port the port's name, as a rule a path; a link is followed anew each time it is opened
 * @param maxFrameOctets the largest MQTT-SN frame sent or received, {@value #MIN_FRAME_OCTETS}..{@value #MAX_FRAME_OCTETS}; with an XBee
 *     module no more than it carries in one packet
 * @param queueOctets how much may wait to be sent, 1 or more
 */
public record SerialTransportConfig(
        int listener, String port, LineSettings line, Framing framing, int maxFrameOctets, int queueOctets) {
    /** The shortest MQTT-SN frame, MQTT-SN 1.2 §5.2. */
    public static final int MIN_FRAME_OCTETS = 2;
    /** The longest MQTT-SN frame, without what an XBee module adds. */
    public static final int MAX_FRAME_OCTETS = 65_000;

    public SerialTransportConfig {
        if (maxFrameOctets < MIN_FRAME_OCTETS || maxFrameOctets > MAX_FRAME_OCTETS) {
            throw new IllegalArgumentException("maxFrameOctets is " + maxFrameOctets + ", allowed is "
                    + MIN_FRAME_OCTETS + ".." + MAX_FRAME_OCTETS);
        }
        if (queueOctets < 1) {
            throw new IllegalArgumentException("queueOctets is " + queueOctets + ", allowed is 1 or more");
        }
    }

    /** As a person would write the listener: {@code serial:/dev/ttyUSB0}. */
    String name() {
        return "serial:" + port;
    }
}
