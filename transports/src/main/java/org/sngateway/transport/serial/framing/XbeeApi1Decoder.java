// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/**
 * Digi API frames without escapes. A {@code 7E} may be the begin of a frame or an octet of one, and only the checksum tells. So all is kept
 * that follows a {@code 7E}, and when that turns out to begin no frame, the search goes on with the octet behind it: no frame is lost
 * because noise looked like the begin of another. Silence ends the wait for what noise announced.
 */
final class XbeeApi1Decoder implements FrameDecoder {
    private static final int LENGTH_END = 1 + XbeeApi.LENGTH_OCTETS;

    private final int maxBodyOctets;
    private final FrameSink sink;
    /** Begins with a {@code 7E}, or is empty. */
    private final FrameBuffer octets;

    XbeeApi1Decoder(int maxBodyOctets, FrameSink sink) {
        this.maxBodyOctets = maxBodyOctets;
        this.sink = sink;
        this.octets = new FrameBuffer(LENGTH_END + maxBodyOctets + XbeeApi.CHECKSUM_OCTETS);
    }

    @Override
    public void accept(byte[] in, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (!octets.isEmpty() || in[i] == (byte) XbeeApi.START) {
                octets.add(in[i]);
                lookForFrames();
            }
        }
    }

    @Override
    public void onSilence() {
        while (!octets.isEmpty()) {
            reject(Rejection.INCOMPLETE);
            lookForFrames();
        }
    }

    /** Until what is kept may still become a frame, so that there is always room for one octet more. */
    private void lookForFrames() {
        while (octets.size() >= LENGTH_END) {
            int bodyOctets = octets.unsignedShort(1);
            int end = LENGTH_END + bodyOctets + XbeeApi.CHECKSUM_OCTETS;
            if (bodyOctets == 0) {
                reject(Rejection.HEADER);
            } else if (bodyOctets > maxBodyOctets) {
                reject(Rejection.TOO_LONG);
            } else if (octets.size() < end) {
                return;
            } else {
                byte[] body = octets.copy(LENGTH_END, end - XbeeApi.CHECKSUM_OCTETS);
                if (XbeeApi.checksum(body) == octets.unsignedByte(end - 1)) {
                    dropTo(end);
                    sink.onFrame(body);
                } else {
                    reject(Rejection.CHECKSUM);
                }
            }
        }
    }

    /** The first octet begins no frame; perhaps the next {@code 7E} does. */
    private void reject(Rejection rejection) {
        dropTo(1);
        sink.onRejected(rejection);
    }

    private void dropTo(int from) {
        int start = octets.indexOf((byte) XbeeApi.START, from);
        octets.drop(start < 0 ? octets.size() : start);
    }
}
