// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/**
 * Cuts frames out of what a line receives, in pieces of any size. Never throws, whatever the octets are, and finds the next frame after
 * any of them.
 */
public interface FrameDecoder {
    /** Takes the next {@code length} octets; tells the sink what they complete. */
    void accept(byte[] octets, int offset, int length);

    /** The line has been silent: what is incomplete now stays so. */
    void onSilence();
}
