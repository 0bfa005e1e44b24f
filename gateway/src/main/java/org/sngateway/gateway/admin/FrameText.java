// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.text.MessageText;
import org.sngateway.codec.text.MessageText.Contents;
import org.sngateway.gateway.observe.TracedFrame;
import org.sngateway.transport.DeviceAddress;

/**
 * A traced frame as JSON. Application data and will messages are hidden unless asked for: only their length can be seen, and in the octets
 * of the frame zeros stand in their place. Of a malformed frame nobody knows what is data, so that only its header is shown then.
 *
 * <p>What is no IP address is given one of the documentation prefix (RFC 3849), so that a capture file has a place for it:
 * {@code 2001:db8:1:LISTENER:NODE} for a node at a serial line, {@code 2001:db8:2:LISTENER:CONNECTION} for a DTLS connection, whose peer may
 * change its address; the gateway is {@code 2001:db8::1} then, and the port 1884 at both ends.
 */
final class FrameText {
    private static final int ENCAPSULATED_RADIUS = 0;
    private static final String GATEWAY = "[2001:db8::1]:1884";
    private static final int MADE_UP_PORT = 1884;
    private static final int SERIAL = 1;
    private static final int DTLS = 2;
    private static final int LONG_FORM = 0x01;

    private final List<AdminSources.Listener> listeners;
    private final boolean payloads;
    private final Instant now;
    private final long nowNanos;

    /**
     * @param payloads whether payloads are shown
     * @param nowNanos on the loops' clock, what {@code now} is by the time of day
     */
    FrameText(List<AdminSources.Listener> listeners, boolean payloads, Instant now, long nowNanos) {
        this.listeners = listeners;
        this.payloads = payloads;
        this.now = now;
        this.nowNanos = nowNanos;
    }

    void append(TracedFrame frame, StringBuilder json) {
        AdminSources.Listener listener = listeners.get(frame.address().listener());
        json.append("{\"time\":\"")
                .append(now.plusNanos(frame.nanos() - nowNanos).truncatedTo(ChronoUnit.MICROS))
                .append("\",\"direction\":\"")
                .append(frame.sent() ? "out" : "in")
                .append("\",\"client\":")
                .append(Json.string(frame.device()))
                .append(",\"address\":")
                .append(Json.string(frame.address().toString()))
                .append(",\"listener\":")
                .append(Json.string(listener.address()))
                .append(",\"message\":")
                .append(Json.string(MessageText.of(frame.frame(), payloads ? Contents.HEX : Contents.LENGTH)))
                .append(",\"octets\":")
                .append(frame.octets())
                .append(",\"malformed\":")
                .append(frame.frame() instanceof DecodeResult.Malformed)
                .append(",\"peer\":")
                .append(Json.string(peer(frame.address())))
                .append(",\"local\":")
                .append(Json.string(local(frame.address(), listener.address())))
                .append(",\"frame\":\"")
                .append(ByteBufUtil.hexDump(wire(frame)))
                .append("\"}");
    }

    // ---- octets

    private byte[] wire(TracedFrame frame) {
        if (frame.frame() instanceof DecodeResult.Malformed malformed) {
            byte[] head = malformed.head().toByteArray();
            return payloads ? head : withoutBody(head);
        }
        SnMessage message = ((DecodeResult.Decoded) frame.frame()).message();
        SnMessage shown = payloads ? message : hidden(message);
        return encode(
                frame.address() instanceof DeviceAddress.Forwarded node
                        ? new ForwarderEncapsulation(ENCAPSULATED_RADIUS, node.nodeId(), shown)
                        : shown);
    }

    private static byte[] withoutBody(byte[] head) {
        int shown = head.length > 0 && head[0] == LONG_FORM ? 4 : 2;
        if (head.length > shown) {
            Arrays.fill(head, shown, head.length, (byte) 0);
        }
        return head;
    }

    private static byte[] encode(SnMessage message) {
        ByteBuf octets = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, octets);
        return ByteBufUtil.getBytes(octets);
    }

    private static SnMessage hidden(SnMessage message) {
        if (message instanceof Publish publish) {
            return new Publish(
                    publish.dup(),
                    publish.qos(),
                    publish.retain(),
                    publish.topic(),
                    publish.msgId(),
                    zeros(publish.data()));
        }
        if (message instanceof WillMsg will) {
            return new WillMsg(zeros(will.message()));
        }
        if (message instanceof WillMsgUpd will) {
            return new WillMsgUpd(zeros(will.message()));
        }
        return message;
    }

    private static Payload zeros(Payload payload) {
        return Payload.wrap(new byte[payload.length()]);
    }

    // ---- addresses

    private static String peer(DeviceAddress address) {
        if (address instanceof DeviceAddress.Forwarded node) {
            return peer(node.forwarder());
        }
        if (address instanceof DeviceAddress.Udp udp) {
            return NetUtil.toSocketAddressString(udp.remote());
        }
        if (address instanceof DeviceAddress.Dtls dtls) {
            return madeUp(DTLS, dtls.listener(), dtls.connection());
        }
        DeviceAddress.Serial serial = (DeviceAddress.Serial) address;
        long node = serial.node().isEmpty()
                ? 1
                : Long.parseUnsignedLong(serial.node().toHex(), 16);
        return madeUp(SERIAL, serial.listener(), node);
    }

    private static String madeUp(int kind, int listener, long node) {
        return "[2001:db8:%x:%x:%x:%x:%x:%x]:%d"
                .formatted(
                        kind,
                        listener,
                        node >>> 48 & 0xffff,
                        node >>> 32 & 0xffff,
                        node >>> 16 & 0xffff,
                        node & 0xffff,
                        MADE_UP_PORT);
    }

    private static String local(DeviceAddress address, String listener) {
        if (address instanceof DeviceAddress.Forwarded node) {
            return local(node.forwarder(), listener);
        }
        return address instanceof DeviceAddress.Udp ? listener.substring(listener.indexOf(':') + 1) : GATEWAY;
    }
}
