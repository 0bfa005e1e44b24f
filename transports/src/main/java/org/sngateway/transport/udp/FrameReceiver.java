// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Payload;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;

/** Each datagram is a frame (MQTT-SN 1.2 §5.1). */
final class FrameReceiver implements DatagramListener {
    private final UdpTransportConfig config;
    private final FrameListener listener;

    FrameReceiver(UdpTransportConfig config, FrameListener listener) {
        this.config = config;
        this.listener = listener;
    }

    @Override
    public void onDatagram(InetSocketAddress from, ByteBuf content) {
        listener.onFrame(address(from), decode(content));
    }

    @Override
    public void onGroupDatagram(InetSocketAddress from, ByteBuf content) {
        listener.onBroadcast(address(from), decode(content));
    }

    private DeviceAddress address(InetSocketAddress from) {
        return new DeviceAddress.Udp(config.listener(), from);
    }

    private DecodeResult decode(ByteBuf content) {
        return content.readableBytes() > config.maxFrameOctets()
                ? tooLong(content)
                : SnCodec.decode(content, Sender.DEVICE);
    }

    /** The rest of the datagram was not received, so whatever its octets look like, they are not the frame that was sent. */
    private DecodeResult tooLong(ByteBuf content) {
        int head = Math.min(content.readableBytes(), DecodeResult.Malformed.HEAD_OCTETS);
        return new DecodeResult.Malformed(
                MalformedReason.TOO_LARGE,
                "datagram is longer than the " + config.maxFrameOctets() + " octets that are accepted",
                Payload.read(content, head),
                null);
    }
}
