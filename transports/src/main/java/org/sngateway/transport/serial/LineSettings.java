// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.time.Duration;

/**
 * How the octets go over a line: with 8 data bits always, since MQTT-SN uses all octets.
 *
 * @param baud bits per second, {@value #MIN_BAUD}..{@value #MAX_BAUD}; which of them a port knows is its own affair
 * @param stopBits 1 or 2
 */
public record LineSettings(int baud, Parity parity, int stopBits, FlowControl flowControl) {
    public static final int MIN_BAUD = 300;
    public static final int MAX_BAUD = 4_000_000;

    /** How many bits of an octet go over a line. */
    static final int DATA_BITS = 8;

    private static final int START_BITS = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** For how many octets a line must be silent to count as silent. */
    private static final int SILENT_OCTETS = 20;

    private static final Duration MIN_SILENCE = Duration.ofMillis(50);

    /** The bit behind the data bits. */
    public enum Parity {
        NONE,
        ODD,
        EVEN,
        MARK,
        SPACE
    }

    /** How a receiver that is not ready stops the sender. */
    public enum FlowControl {
        NONE,
        /** With the lines RTS and CTS. */
        RTS_CTS,
        /** With the octets 11 and 13, so only where the framing escapes them: {@code xbee-api2}. */
        XON_XOFF
    }

    public LineSettings {
        if (baud < MIN_BAUD || baud > MAX_BAUD) {
            throw new IllegalArgumentException("baud is " + baud + ", allowed is " + MIN_BAUD + ".." + MAX_BAUD);
        }
        if (stopBits < 1 || stopBits > 2) {
            throw new IllegalArgumentException("stopBits is " + stopBits + ", allowed is 1 or 2");
        }
    }

    /** No parity, one stop bit, no flow control. */
    public static LineSettings of(int baud) {
        return new LineSettings(baud, Parity.NONE, 1, FlowControl.NONE);
    }

    /** How long one octet takes. */
    public long nanosPerOctet() {
        int bits = START_BITS + DATA_BITS + (parity == Parity.NONE ? 0 : 1) + stopBits;
        return bits * NANOS_PER_SECOND / baud;
    }

    /** How long the line has to be silent to say that no more of a frame will come: 20 octets, at least 50 ms. */
    public Duration silence() {
        Duration octets = Duration.ofNanos(SILENT_OCTETS * nanosPerOctet());
        return octets.compareTo(MIN_SILENCE) < 0 ? MIN_SILENCE : octets;
    }
}
