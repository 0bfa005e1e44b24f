// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.dtls.DtlsClient;
import org.sngateway.transport.dtls.DtlsClients;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.PskKey;
import org.sngateway.transport.loop.OwnerLoops;

/** DTLS with a pre-shared key on the loopback interface; each device has a connection and a socket. */
final class DtlsWire implements Wire {
    private static final int MAX_DEVICES = 1_000;
    private static final String IDENTITY = "everybody";
    private static final byte[] KEY = {1, 2, 3, 4, 5, 6, 7, 8};

    private final OwnerLoops loops = OwnerLoops.startNio(1);
    private final EventLoop loop = loops.loops().get(0).eventLoop();
    private final ExecutorService workers = Executors.newSingleThreadExecutor();
    private final DtlsClients clients =
            new DtlsClients(loop, workers, MAX_DEVICES, true, new DtlsCredentials(Map.of(), null, List.of()));
    private final Path keys;
    private InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    DtlsWire(Path directory) throws IOException {
        keys = Files.writeString(directory.resolve("psk.txt"), IDENTITY + ": 0102030405060708\n");
    }

    @Override
    public String listener() {
        return "{ type: dtls, bind: \"127.0.0.1:0\", psk-file: \"%s\", handshake-rate: off }".formatted(keys);
    }

    @Override
    public void attach(String address) {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public Link link() {
        return new DtlsLink();
    }

    @Override
    public void close() {
        loop.execute(clients::close);
        loops.close();
        workers.shutdownNow();
    }

    /** The handshake comes with the first frame. */
    private final class DtlsLink implements Link, DtlsClient.Output {
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final DtlsClient client = clients.client(IDENTITY, PskKey.of(KEY), this);
        private final Channel socket = new Bootstrap()
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

        @Override
        public void send(byte[] frame) {
            loop.execute(() -> client.send(frame));
        }

        @Override
        public byte @Nullable [] receive(int millis) throws IOException {
            try {
                return received.poll(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        @Override
        public void close() {
            socket.close().syncUninterruptibly();
        }

        // ---- of the DTLS connection

        @Override
        public void send(byte[] octets, int offset, int length) {
            var unused = socket.writeAndFlush(Unpooled.copiedBuffer(octets, offset, length));
        }

        @Override
        public void onFrame(byte[] octets) {
            received.add(octets);
        }

        @Override
        public void onFailed(String reason) {}
    }
}
