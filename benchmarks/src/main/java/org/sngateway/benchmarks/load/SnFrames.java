// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** MQTT-SN 1.2 §5.4 frames as octets, in direct buffers that are ready to be read; offsets and type codes to patch them by. */
final class SnFrames {
    /** Every topic of the load lies below this one. */
    static final String TOPIC_ROOT = "bench/";

    static final int MAX_FRAME_OCTETS = 65_535;

    // MsgType, §5.2.2.
    static final int CONNECT = 0x04;
    static final int CONNACK = 0x05;
    static final int REGISTER = 0x0A;
    static final int REGACK = 0x0B;
    static final int PUBLISH = 0x0C;
    static final int PUBACK = 0x0D;
    static final int SUBSCRIBE = 0x12;
    static final int SUBACK = 0x13;
    static final int PINGREQ = 0x16;
    static final int PINGRESP = 0x17;
    static final int DISCONNECT = 0x18;

    // Flags, §5.3.4.
    static final int FLAG_DUP = 0x80;
    static final int FLAG_QOS_1 = 0x20;
    static final int MASK_QOS = 0x60;
    private static final int FLAG_CLEAN_SESSION = 0x04;

    // Return codes, §5.3.10.
    static final int ACCEPTED = 0;
    static final int CONGESTION = 1;

    private static final int PROTOCOL_ID = 1;
    private static final int MAX_SHORT_OCTETS = 255;
    private static final int ROOT_FIRST_FOUR = 0x62656E63;
    private static final short ROOT_LAST_TWO = 0x682F;

    private SnFrames() {}

    /** Whether the topic name in {@code octets} lies below {@link #TOPIC_ROOT}. */
    static boolean isBelowRoot(ByteBuffer octets, int offset, int length) {
        return length > TOPIC_ROOT.length()
                && octets.getInt(offset) == ROOT_FIRST_FOUR
                && octets.getShort(offset + 4) == ROOT_LAST_TWO;
    }

    /** Octets before the first field: 2, or 4 in the long form; the type is the last of them. */
    static int headerOctets(ByteBuffer frame) {
        return frame.get(0) == 1 ? 4 : 2;
    }

    static ByteBuffer connect(String clientId, int durationSeconds) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        return frame(CONNECT, 4 + id.length)
                .put((byte) FLAG_CLEAN_SESSION)
                .put((byte) PROTOCOL_ID)
                .putShort((short) durationSeconds)
                .put(id)
                .flip();
    }

    static ByteBuffer register(int msgId, String topicName) {
        byte[] name = topicName.getBytes(StandardCharsets.UTF_8);
        return frame(REGISTER, 4 + name.length)
                .putShort((short) 0)
                .putShort((short) msgId)
                .put(name)
                .flip();
    }

    static ByteBuffer subscribe(int msgId, String topicName, int qosFlag) {
        byte[] name = topicName.getBytes(StandardCharsets.UTF_8);
        return frame(SUBSCRIBE, 3 + name.length)
                .put((byte) qosFlag)
                .putShort((short) msgId)
                .put(name)
                .flip();
    }

    /** A PUBLISH for a normal topic id; ids and data are zero until patched. */
    static ByteBuffer publish(int flags, int payloadOctets) {
        ByteBuffer frame = frame(PUBLISH, 5 + payloadOctets).put((byte) flags);
        return frame.position(frame.capacity()).flip();
    }

    static ByteBuffer pubAck(int topicId, int msgId, int returnCode) {
        return frame(PUBACK, 5)
                .putShort((short) topicId)
                .putShort((short) msgId)
                .put((byte) returnCode)
                .flip();
    }

    static ByteBuffer regAck(int topicId, int msgId, int returnCode) {
        return frame(REGACK, 5)
                .putShort((short) topicId)
                .putShort((short) msgId)
                .put((byte) returnCode)
                .flip();
    }

    static ByteBuffer pingReq() {
        return frame(PINGREQ, 0).flip();
    }

    /** Of a sleeping device that wakes, §5.4.19. */
    static ByteBuffer pingReq(String clientId) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        return frame(PINGREQ, id.length).put(id).flip();
    }

    static ByteBuffer pingResp() {
        return frame(PINGRESP, 0).flip();
    }

    static ByteBuffer disconnect() {
        return frame(DISCONNECT, 0).flip();
    }

    private static ByteBuffer frame(int type, int bodyOctets) {
        if (2 + bodyOctets <= MAX_SHORT_OCTETS) {
            return ByteBuffer.allocateDirect(2 + bodyOctets)
                    .put((byte) (2 + bodyOctets))
                    .put((byte) type);
        }
        return ByteBuffer.allocateDirect(4 + bodyOctets)
                .put((byte) 1)
                .putShort((short) (4 + bodyOctets))
                .put((byte) type);
    }
}
