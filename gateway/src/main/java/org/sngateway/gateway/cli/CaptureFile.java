// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A capture file in the format pcapng: IP packets without anything around them, an interface for each listener, and with each packet its
 * direction and a comment.
 */
final class CaptureFile implements AutoCloseable {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER = 0x1A2B3C4D;
    private static final int INTERFACE = 1;
    private static final int PACKET = 6;
    private static final short LINK_TYPE_RAW_IP = 101;

    private static final int END_OF_OPTIONS = 0;
    private static final int COMMENT = 1;
    private static final int SECTION_APPLICATION = 4;
    private static final int INTERFACE_NAME = 2;
    private static final int PACKET_FLAGS = 2;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;

    private static final int OVERHEAD_OCTETS = 256;
    private static final long MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);

    private final OutputStream out;
    private final Map<String, Integer> interfaces = new HashMap<>();

    /** @param application what made the file */
    CaptureFile(OutputStream out, String application) throws IOException {
        this.out = new BufferedOutputStream(out, 1 << 16);
        ByteBuffer section = body(0).putInt(BYTE_ORDER)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(-1);
        write(SECTION_HEADER, endOptions(option(section, SECTION_APPLICATION, application)));
        flush();
    }

    /**
     * Adds a datagram.
     *
     * @param sent whether the gateway sent it
     * @param listener where it passed
     * @param comment for a person; none when empty
     */
    void write(
            Instant time,
            boolean sent,
            String listener,
            InetSocketAddress source,
            InetSocketAddress destination,
            byte[] data,
            String comment)
            throws IOException {
        int number = interfaceOf(listener);
        byte[] packet = UdpPacket.of(source, destination, data);
        long micros = time.getEpochSecond() * MICROS_PER_SECOND + TimeUnit.NANOSECONDS.toMicros(time.getNano());
        ByteBuffer block = body(packet.length + 4 * comment.length())
                .putInt(number)
                .putInt((int) (micros >>> Integer.SIZE))
                .putInt((int) micros)
                .putInt(packet.length)
                .putInt(packet.length)
                .put(packet);
        pad(block);
        if (!comment.isEmpty()) {
            option(block, COMMENT, comment);
        }
        block.putShort((short) PACKET_FLAGS).putShort((short) Integer.BYTES).putInt(sent ? OUTBOUND : INBOUND);
        write(PACKET, endOptions(block));
    }

    private int interfaceOf(String listener) throws IOException {
        Integer known = interfaces.get(listener);
        if (known != null) {
            return known;
        }
        ByteBuffer block = body(4 * listener.length())
                .putShort(LINK_TYPE_RAW_IP)
                .putShort((short) 0)
                .putInt(0);
        write(INTERFACE, endOptions(option(block, INTERFACE_NAME, listener)));
        interfaces.put(listener, interfaces.size());
        return interfaces.size() - 1;
    }

    private static ByteBuffer body(int octets) {
        return ByteBuffer.allocate(octets + OVERHEAD_OCTETS).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer option(ByteBuffer block, int code, String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        block.putShort((short) code).putShort((short) octets.length).put(octets);
        return pad(block);
    }

    private static ByteBuffer endOptions(ByteBuffer block) {
        return block.putShort((short) END_OF_OPTIONS).putShort((short) 0);
    }

    private static ByteBuffer pad(ByteBuffer block) {
        while (block.position() % Integer.BYTES != 0) {
            block.put((byte) 0);
        }
        return block;
    }

    /** A block has its length before and after its body. */
    private void write(int type, ByteBuffer body) throws IOException {
        int length = body.position() + 3 * Integer.BYTES;
        ByteBuffer block = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        block.putInt(type).putInt(length).put(body.flip()).putInt(length);
        out.write(block.array());
    }

    /** What was added can be read by others now. */
    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
