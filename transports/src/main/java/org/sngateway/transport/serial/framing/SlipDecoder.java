// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/**
 * SLIP to frames. END always ends a frame, so the frame after any fault is whole again. A frame with a wrong escape is dropped, where
 * RFC 1055 suggests to keep the octet: it cannot be right. Silence means nothing here.
 */
final class SlipDecoder implements FrameDecoder {
    private final FrameSink sink;
    private final FrameBuffer frame;
    private boolean escaped;
    /** The rest of the frame, up to END, is of no use. */
    private boolean skipping;

    SlipDecoder(int maxBodyOctets, FrameSink sink) {
        this.sink = sink;
        this.frame = new FrameBuffer(maxBodyOctets);
    }

    @Override
    public void accept(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            accept(octets[i] & 0xFF);
        }
    }

    @Override
    public void onSilence() {}

    private void accept(int octet) {
        if (octet == Slip.END) {
            end();
        } else if (skipping) {
            return;
        } else if (escaped) {
            escaped = false;
            if (octet == Slip.ESC_END) {
                add(Slip.END);
            } else if (octet == Slip.ESC_ESC) {
                add(Slip.ESC);
            } else {
                skip(Rejection.ESCAPE);
            }
        } else if (octet == Slip.ESC) {
            escaped = true;
        } else {
            add(octet);
        }
    }

    private void add(int octet) {
        if (frame.isFull()) {
            skip(Rejection.TOO_LONG);
        } else {
            frame.add((byte) octet);
        }
    }

    private void skip(Rejection rejection) {
        skipping = true;
        sink.onRejected(rejection);
    }

    private void end() {
        if (!skipping) {
            if (escaped) {
                sink.onRejected(Rejection.ESCAPE);
            } else if (!frame.isEmpty()) {
                sink.onFrame(frame.copy(0, frame.size()));
            }
        }
        frame.clear();
        escaped = false;
        skipping = false;
    }
}
