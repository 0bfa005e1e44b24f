// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.dtls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.dtls.DtlsClient;

/** A node that publishes at QoS 1, one message at a time, as fast as it is answered; over DTLS or plain UDP. */
final class BenchmarkNode implements DtlsClient.Output {
    private static final byte[] PUBLISH = encoded();

    private final EventLoop loop;
    private final LongAdder answers;
    private final Channel socket;
    private final @Nullable DtlsClient dtls;
    private boolean publishing;

    /** @param dtls makes the node's connection; null for plain UDP */
    BenchmarkNode(
            InetSocketAddress gateway,
            EventLoop loop,
            LongAdder answers,
            @Nullable Function<DtlsClient.Output, DtlsClient> dtls) {
        this.loop = loop;
        this.answers = answers;
        this.dtls = dtls == null ? null : dtls.apply(this);
        this.socket = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                        onDatagram(packet.content());
                    }
                })
                .connect(gateway)
                .syncUninterruptibly()
                .channel();
    }

    private static byte[] encoded() {
        Publish message =
                new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(1), 1, Payload.wrap(new byte[32]));
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        return ByteBufUtil.getBytes(frame);
    }

    private void onDatagram(ByteBuf datagram) {
        if (dtls == null) {
            onAnswer();
        } else {
            dtls.receive(ByteBufUtil.getBytes(datagram));
        }
    }

    /** Publishes once; with {@code more}, again after each answer. Any thread. */
    void publish(boolean more) {
        loop.execute(() -> {
            publishing = more;
            publish();
        });
    }

    /** No more after the answer that is awaited. Any thread. */
    void stop() {
        loop.execute(() -> publishing = false);
    }

    void close() {
        socket.close().syncUninterruptibly();
    }

    private void publish() {
        if (dtls == null) {
            ChannelFuture unused = socket.writeAndFlush(Unpooled.wrappedBuffer(PUBLISH), socket.voidPromise());
        } else {
            dtls.send(PUBLISH);
        }
    }

    private void onAnswer() {
        answers.increment();
        if (publishing) {
            publish();
        }
    }

    @Override
    public void send(byte[] octets, int offset, int length) {
        ChannelFuture unused =
                socket.writeAndFlush(Unpooled.copiedBuffer(octets, offset, length), socket.voidPromise());
    }

    @Override
    public void onFrame(byte[] octets) {
        if (loop.inEventLoop()) {
            onAnswer();
        } else {
            loop.execute(this::onAnswer);
        }
    }

    @Override
    public void onFailed(String reason) {}
}
