// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SearchGw;

/** ADVERTISE, SEARCHGW and GWINFO, MQTT-SN 1.2 §5.4.1 to §5.4.3. */
final class DiscoveryFormat {
    static final int ADVERTISE_OCTETS = 3;
    static final int SEARCHGW_OCTETS = 1;

    private DiscoveryFormat() {}

    static Advertise readAdvertise(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, ADVERTISE_OCTETS);
        return new Advertise(body.readUnsignedByte(), body.readUnsignedShort());
    }

    static ByteBuf write(Advertise message, ByteBuf out) {
        return out.writeByte(message.gwId()).writeShort(message.duration());
    }

    static SearchGw readSearchGw(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, SEARCHGW_OCTETS);
        return new SearchGw(body.readUnsignedByte());
    }

    static ByteBuf write(SearchGw message, ByteBuf out) {
        return out.writeByte(message.radius());
    }

    static GwInfo readGwInfo(ByteBuf body) throws MalformedFrameException {
        Fields.requireAtLeast(body, 1);
        return new GwInfo(body.readUnsignedByte(), Payload.read(body, body.readableBytes()));
    }

    static int octets(GwInfo message) {
        return 1 + message.gwAdd().length();
    }

    static ByteBuf write(GwInfo message, ByteBuf out) {
        out.writeByte(message.gwId());
        message.gwAdd().writeTo(out);
        return out;
    }
}
