// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.dtls.DtlsClient;
import org.sngateway.transport.dtls.DtlsClients;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.PskKey;
import org.sngateway.transport.loop.OwnerLoops;

/** Devices over DTLS that subscribe, fall asleep, and wake at another port, one at a time or all together. */
final class DtlsFleet implements AutoCloseable {
    private static final int SLEEP_SECONDS = 600;
    private static final int SUBSCRIBE_ID = 1;

    private final OwnerLoops loops = OwnerLoops.startNio(1);
    private final EventLoop loop = loops.loops().get(0).eventLoop();
    private final ExecutorService workers = Executors.newSingleThreadExecutor();
    private final InetSocketAddress gateway;
    private final DtlsClients clients;
    private final List<Device> devices = new ArrayList<>();
    private final CountDownLatch asleep;
    private final CountDownLatch awake;

    /** @param identity where {@code %d} stands for the device's number; its client id, too */
    DtlsFleet(InetSocketAddress gateway, int count, String identity, PskKey key) {
        this.gateway = gateway;
        this.clients = new DtlsClients(loop, workers, count, true, new DtlsCredentials(Map.of(), null, List.of()));
        this.asleep = new CountDownLatch(count);
        this.awake = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            devices.add(new Device(identity.formatted(i), key));
        }
    }

    List<Device> devices() {
        return devices;
    }

    /** When every device has subscribed and sleeps. */
    CountDownLatch asleep() {
        return asleep;
    }

    /** When every device has got the answer to its first PINGREQ. */
    CountDownLatch awake() {
        return awake;
    }

    DtlsClients clients() {
        return clients;
    }

    @Override
    public void close() {
        loop.execute(clients::close);
        loops.close();
        workers.shutdownNow();
    }

    /** One of them; what it does, it does on the loop. */
    final class Device implements DtlsClient.Output {
        private final String clientId;
        private final DtlsClient client;
        private final List<String> received = new ArrayList<>();
        private volatile @Nullable Channel socket;

        private Device(String clientId, PskKey key) {
            this.clientId = clientId;
            this.client = clients.client(clientId, key, this);
            socket = open();
        }

        String clientId() {
            return clientId;
        }

        /** The payloads it has got, once it is {@link #awake}. */
        List<String> received() {
            return received;
        }

        void connect() {
            send(new Connect(false, true, 60, clientId));
        }

        /** Wakes at another port than it fell asleep at. */
        void wakeElsewhere() {
            Channel before = socket;
            socket = open();
            if (before != null) {
                before.close().syncUninterruptibly();
            }
            send(new PingReq(clientId));
        }

        private Channel open() {
            return new Bootstrap()
                    .group(loop)
                    .channel(NioDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                            client.receive(ByteBufUtil.getBytes(packet.content()));
                        }
                    })
                    .connect(gateway)
                    .syncUninterruptibly()
                    .channel();
        }

        private void send(SnMessage message) {
            ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
            SnCodec.encode(message, frame);
            byte[] octets = ByteBufUtil.getBytes(frame);
            loop.execute(() -> client.send(octets));
        }

        private void onMessage(SnMessage message) {
            if (message instanceof ConnAck) {
                send(new Subscribe(false, Qos.AT_LEAST_ONCE, SUBSCRIBE_ID, new TopicRef.Name("cmd/" + clientId)));
            } else if (message instanceof SubAck) {
                send(new Disconnect(SLEEP_SECONDS));
            } else if (message instanceof Disconnect) {
                asleep.countDown();
            } else if (message instanceof Publish publish) {
                received.add(publish.data().toUtf8());
                int topicId = publish.topic() instanceof TopicRef.Normal topic ? topic.id() : 0;
                send(new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
            } else if (message instanceof PingResp) {
                awake.countDown();
            }
        }

        @Override
        public void send(byte[] octets, int offset, int length) {
            Channel open = socket;
            if (open != null) {
                ChannelFuture unused = open.writeAndFlush(Unpooled.copiedBuffer(octets, offset, length));
            }
        }

        @Override
        public void onFrame(byte[] octets) {
            loop.execute(() -> {
                if (SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.GATEWAY)
                        instanceof DecodeResult.Decoded decoded) {
                    onMessage(decoded.message());
                }
            });
        }

        @Override
        public void onFailed(String reason) {}
    }
}
