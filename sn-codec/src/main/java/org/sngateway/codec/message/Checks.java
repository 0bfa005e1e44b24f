// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** Range checks shared by the records of this package. */
final class Checks {
    static final int MAX_FRAME_OCTETS = 65535;

    private Checks() {}

    static void uint8(String name, int value) {
        range(name, value, 0, 255);
    }

    static void uint16(String name, int value) {
        range(name, value, 0, 65535);
    }

    static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is " + min + ".." + max);
        }
    }

    /** Fails unless {@code fixedOctets} and the variable part fit one frame. */
    static void fits(String name, int variableOctets, int fixedOctets) {
        range(name + " octets", variableOctets, 0, MAX_FRAME_OCTETS - 4 - fixedOctets);
    }

    /** How many octets {@code text} has in UTF-8, counted without encoding it; a lone surrogate has no encoding. */
    static int utf8Octets(String text) {
        int octets = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                octets++;
            } else if (c < 0x800) {
                octets += 2;
            } else if (!Character.isSurrogate(c)) {
                octets += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                octets += 4;
                i++;
            } else {
                throw new IllegalArgumentException("text has an unpaired surrogate at " + i + ", which has no UTF-8");
            }
        }
        return octets;
    }
}
