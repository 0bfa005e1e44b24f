// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Octets waiting to be written, in a direct buffer that grows up to a limit. */
final class OctetQueue {
    private static final int INITIAL_OCTETS = 512;

    private final int limitOctets;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(INITIAL_OCTETS);

    OctetQueue(int limitOctets) {
        this.limitOctets = limitOctets;
    }

    /**
     * The buffer to put up to {@code octets} more octets into.
     *
     * @throws MqttViolation when more than the limit would be waiting: the peer does not read
     */
    ByteBuffer room(int octets) throws MqttViolation {
        if (buffer.remaining() < octets) {
            grow(octets);
        }
        return buffer;
    }

    boolean isEmpty() {
        return buffer.position() == 0;
    }

    /** Writes what the channel takes; whether that was all. */
    boolean writeTo(WritableByteChannel channel) throws IOException {
        buffer.flip();
        try {
            channel.write(buffer);
            return !buffer.hasRemaining();
        } finally {
            buffer.compact();
        }
    }

    /** Takes all octets out. */
    byte[] drain() {
        buffer.flip();
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        buffer.clear();
        return octets;
    }

    private void grow(int octets) throws MqttViolation {
        int needed = buffer.position() + octets;
        if (needed > limitOctets) {
            throw new MqttViolation("the peer leaves more than " + limitOctets + " octets unread");
        }
        ByteBuffer larger = ByteBuffer.allocateDirect(Math.min(limitOctets, Math.max(needed, 2 * buffer.capacity())));
        buffer.flip();
        larger.put(buffer);
        buffer = larger;
    }
}
