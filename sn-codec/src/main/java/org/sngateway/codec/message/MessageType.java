// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

import org.jspecify.annotations.Nullable;

/** Message types, MQTT-SN 1.2 §5.2.2. */
public enum MessageType {
    ADVERTISE(0x00),
    SEARCHGW(0x01),
    GWINFO(0x02),
    CONNECT(0x04),
    CONNACK(0x05),
    WILLTOPICREQ(0x06),
    WILLTOPIC(0x07),
    WILLMSGREQ(0x08),
    WILLMSG(0x09),
    REGISTER(0x0A),
    REGACK(0x0B),
    PUBLISH(0x0C),
    PUBACK(0x0D),
    PUBCOMP(0x0E),
    PUBREC(0x0F),
    PUBREL(0x10),
    SUBSCRIBE(0x12),
    SUBACK(0x13),
    UNSUBSCRIBE(0x14),
    UNSUBACK(0x15),
    PINGREQ(0x16),
    PINGRESP(0x17),
    DISCONNECT(0x18),
    WILLTOPICUPD(0x1A),
    WILLTOPICRESP(0x1B),
    WILLMSGUPD(0x1C),
    WILLMSGRESP(0x1D),
    ENCAPSULATED(0xFE);

    private static final @Nullable MessageType[] BY_CODE = new @Nullable MessageType[256];

    static {
        for (MessageType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    MessageType(int code) {
        this.code = code;
    }

    /** The MsgType octet, 0..255. */
    public int code() {
        return code;
    }

    /** The type with this MsgType octet, or null where the specification reserves the octet. */
    public static @Nullable MessageType ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
