// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.MessageDigest;
import java.util.Arrays;

/** A pre-shared key, 1..64 octets. A value that is never shown. */
public final class PskKey {
    /** The longest key, in octets. */
    public static final int MAX_OCTETS = 64;

    private final byte[] octets;

    private PskKey(byte[] octets) {
        this.octets = octets;
    }

    /**
     * A key of a copy of {@code octets}.
     *
     * @throws IllegalArgumentException when there are none or more than {@value #MAX_OCTETS}
     */
    public static PskKey of(byte[] octets) {
        if (octets.length == 0 || octets.length > MAX_OCTETS) {
            throw new IllegalArgumentException("a key of " + octets.length + " octets, allowed is 1.." + MAX_OCTETS);
        }
        return new PskKey(octets.clone());
    }

    byte[] octets() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PskKey key && MessageDigest.isEqual(octets, key.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "PskKey[" + octets.length + " octets]";
    }
}
