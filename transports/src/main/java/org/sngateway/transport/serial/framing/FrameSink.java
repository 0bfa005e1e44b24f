// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/** Gets what a {@link FrameDecoder} finds, on the thread that feeds the decoder. */
public interface FrameSink {
    /**
     * A frame that is sound as far as its framing can tell.
     *
     * @param body never empty; the sink may keep it
     */
    void onFrame(byte[] body);

    /** Octets were dropped that are no frame. */
    void onRejected(Rejection rejection);
}
