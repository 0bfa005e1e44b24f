// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/** Digi API frames with escapes. An unescaped {@code 7E} begins a frame wherever it stands, so the frame after any fault is whole again. */
final class XbeeApi2Decoder implements FrameDecoder {
    private final int maxBodyOctets;
    private final FrameSink sink;
    /** Length, frame data and checksum, without escapes. */
    private final FrameBuffer frame;

    private boolean inFrame;
    private boolean escaped;

    XbeeApi2Decoder(int maxBodyOctets, FrameSink sink) {
        this.maxBodyOctets = maxBodyOctets;
        this.sink = sink;
        this.frame = new FrameBuffer(XbeeApi.LENGTH_OCTETS + maxBodyOctets + XbeeApi.CHECKSUM_OCTETS);
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
        if (octet == XbeeApi.START) {
            begin();
        } else if (!inFrame) {
            return;
        } else if (escaped) {
            escaped = false;
            add(octet ^ XbeeApi.ESCAPE_XOR);
        } else if (octet == XbeeApi.ESCAPE) {
            escaped = true;
        } else {
            add(octet);
        }
    }

    private void begin() {
        if (inFrame) {
            sink.onRejected(Rejection.INCOMPLETE);
        }
        frame.clear();
        escaped = false;
        inFrame = true;
    }

    private void add(int octet) {
        frame.add((byte) octet);
        if (frame.size() < XbeeApi.LENGTH_OCTETS) {
            return;
        }
        int bodyOctets = frame.unsignedShort(0);
        if (bodyOctets == 0 || bodyOctets > maxBodyOctets) {
            inFrame = false;
            sink.onRejected(bodyOctets == 0 ? Rejection.HEADER : Rejection.TOO_LONG);
        } else if (frame.size() == XbeeApi.LENGTH_OCTETS + bodyOctets + XbeeApi.CHECKSUM_OCTETS) {
            inFrame = false;
            end(frame.copy(XbeeApi.LENGTH_OCTETS, frame.size() - XbeeApi.CHECKSUM_OCTETS));
        }
    }

    private void end(byte[] body) {
        if (XbeeApi.checksum(body) == frame.unsignedByte(frame.size() - 1)) {
            sink.onFrame(body);
        } else {
            sink.onRejected(Rejection.CHECKSUM);
        }
    }
}
