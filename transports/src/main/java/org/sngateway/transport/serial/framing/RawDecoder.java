// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.MessageType;

/**
 * Messages one after the other, told apart by their Length (MQTT-SN 1.2 §5.2.1); an encapsulated message is followed by the message in it
 * (§5.5). Any octet can be anywhere in a message, so after a fault everything is dropped until the line has been silent.
 */
final class RawDecoder implements FrameDecoder {
    private static final int LENGTH_OF_LONG_FORM = 0x01;

    private final FrameSink sink;
    private final FrameBuffer frame;
    private boolean skipping;

    RawDecoder(int maxBodyOctets, FrameSink sink) {
        this.sink = sink;
        this.frame = new FrameBuffer(maxBodyOctets);
    }

    @Override
    public void accept(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length && !skipping; i++) {
            if (frame.isFull()) {
                skip(Rejection.TOO_LONG);
            } else {
                frame.add(octets[i]);
                lookAtFrame();
            }
        }
    }

    @Override
    public void onSilence() {
        if (!skipping && !frame.isEmpty()) {
            sink.onRejected(Rejection.INCOMPLETE);
        }
        frame.clear();
        skipping = false;
    }

    private void skip(Rejection rejection) {
        skipping = true;
        frame.clear();
        sink.onRejected(rejection);
    }

    private void lookAtFrame() {
        FrameHeader outer = headerAt(0);
        if (outer == null) {
            return;
        }
        if (outer.type() != MessageType.ENCAPSULATED.code()) {
            completeAt(outer.totalOctets());
            return;
        }
        if (frame.size() > outer.totalOctets()) {
            FrameHeader inner = headerAt(outer.totalOctets());
            if (inner != null) {
                completeAt(outer.totalOctets() + inner.totalOctets());
            }
        }
    }

    /** Null while it is not there as a whole, and when it is none. */
    private @Nullable FrameHeader headerAt(int index) {
        int available = frame.size() - index;
        boolean isLongForm = available > 0 && frame.unsignedByte(index) == LENGTH_OF_LONG_FORM;
        int needed = isLongForm ? FrameHeader.LONG_FORM_OCTETS : FrameHeader.SHORT_FORM_OCTETS;
        if (available < needed) {
            if (available > 0 && frame.unsignedByte(index) == 0) {
                skip(Rejection.HEADER);
            }
            return null;
        }
        ByteBuf octets = Unpooled.wrappedBuffer(frame.copy(index, index + needed));
        FrameHeader header = FrameHeader.read(octets);
        if (header == null || MessageType.ofCode(header.type()) == null) {
            skip(Rejection.HEADER);
            return null;
        }
        return header;
    }

    private void completeAt(int octets) {
        if (frame.size() == octets) {
            sink.onFrame(frame.copy(0, octets));
            frame.clear();
        }
    }
}
