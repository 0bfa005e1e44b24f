// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.PingResp;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.Transport;
import org.sngateway.transport.dtls.DtlsClient;
import org.sngateway.transport.dtls.DtlsClients;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.DtlsStats;
import org.sngateway.transport.dtls.HandshakeFailure;
import org.sngateway.transport.dtls.PskKey;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** From a key file that changes to the connections of the devices: in virtual time, with real files and sockets. */
final class DtlsListenerTest {
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);
    private static final int PATIENCE_SECONDS = 30;
    private static final String KEY = "0102030405060708";
    private static final String OTHER_KEY = "0807060504030201";
    private static final byte[] PINGREQ = {2, 0x16};
    private static final byte[] PINGRESP = {2, 0x17};

    @TempDir
    private Path directory;

    private final OwnerLoops loops = OwnerLoops.startNio(2);
    private final ExecutorService workers = Executors.newSingleThreadExecutor();
    private final EventLoop deviceLoop = loops.loops().get(1).eventLoop();
    private final DtlsClients clients =
            new DtlsClients(deviceLoop, workers, 100, true, new DtlsCredentials(Map.of(), null, List.of()));
    private final HandTurnedLoop watching = new HandTurnedLoop();
    private DtlsListener listener;
    private InetSocketAddress address;

    @BeforeEach
    void open() throws Exception {
        write("stays: " + KEY, "leaves: " + KEY, "changes: " + KEY);
        Path config = directory.resolve("sn-gateway.yaml");
        Files.writeString(config, "listeners: [{ type: dtls, bind: \"127.0.0.1:0\", psk-file: psk.txt }]");
        listener = new DtlsListener(
                0, (ListenerConfig.Dtls) ConfigReader.read(config).listeners().get(0));
        OwnerLoop loop = loops.loops().get(0);
        Transport transport = listener.transport();
        String name = transport
                .open(List.of(new Transport.Port(loop, (from, frame) -> transport.send(from, new PingResp()))))
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(name.substring(name.lastIndexOf(':') + 1)));
        listener.watch(watching);
    }

    @AfterEach
    void close() {
        listener.transport().close().toCompletableFuture().join();
        deviceLoop.execute(clients::close);
        loops.close();
        workers.shutdownNow();
    }

    /** As a whole, as {@code docs/dtls.md} asks for. */
    private void write(String... lines) throws IOException {
        Path next = Files.write(directory.resolve("psk.txt.new"), List.of(lines));
        Files.move(next, directory.resolve("psk.txt"), StandardCopyOption.ATOMIC_MOVE);
    }

    private DtlsStats stats() {
        return listener.transport().dtlsStats();
    }

    @Test
    void shouldFollowItsKeyFile() throws Exception {
        Device stays = new Device("stays", KEY);
        Device leaves = new Device("leaves", KEY);
        Device changes = new Device("changes", KEY);
        for (Device device : List.of(stays, leaves, changes)) {
            device.ping();
        }

        write("stays: " + KEY, "comes: " + KEY, "changes: " + OTHER_KEY);
        assertThat(stats().connections()).as("before it has looked").isEqualTo(3);
        watching.look();

        await(() -> stats().connections(), 1); // those of two keys that are no more are closed
        stays.ping();
        new Device("comes", KEY).ping();
        new Device("changes", OTHER_KEY).ping();
        assertThat(stats().fullHandshakes())
                .as("nobody else had to shake hands")
                .isEqualTo(5);

        Device back = new Device("leaves", KEY);
        back.send();
        await(() -> stats().failedHandshakes().get(HandshakeFailure.UNKNOWN_IDENTITY), 1);
        assertThat(back.received).isEmpty();
        assertThat(stats().connections()).isEqualTo(3);
    }

    @Test
    void shouldKeepTheKeysFromBeforeWhileTheFileCannotBeUsed() throws Exception {
        Device stays = new Device("stays", KEY);
        stays.ping();

        write("stays: no key");
        watching.look();
        stays.ping();
        new Device("leaves", KEY).ping();
        Files.delete(directory.resolve("psk.txt"));
        watching.look();
        stays.ping();
        new Device("changes", KEY).ping();

        write("comes: " + KEY);
        watching.look();
        await(() -> stats().connections(), 0);
        new Device("comes", KEY).ping();
    }

    private static void await(Supplier<Long> figure, long value) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (figure.get() != value && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(figure.get()).isEqualTo(value);
    }

    /** Its time passes when the test says so; what other threads post to it waits for the test. */
    private static final class HandTurnedLoop implements OwnerLoop {
        private final ManualLoop time = new ManualLoop();
        private final BlockingQueue<Runnable> posted = new LinkedBlockingQueue<>();

        /** Until the listener has looked at its files, and waits for the next time. */
        void look() throws InterruptedException {
            time.advance(LOOK_INTERVAL.minusNanos(1));
            assertThat(time.armedTimers()).isEqualTo(1);
            time.advance(Duration.ofNanos(1));
            Runnable looked = posted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(looked).as("it has looked").isNotNull();
            time.run(looked);
        }

        @Override
        public void execute(Runnable task) {
            posted.add(task);
        }

        @Override
        public boolean isOwner() {
            return time.isOwner();
        }

        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public ReusableTimer timer(Runnable onDue) {
            return time.timer(onDue);
        }
    }

    /** Shakes hands with its first frame. */
    private final class Device implements DtlsClient.Output {
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final DtlsClient client;
        private final Channel socket;

        Device(String identity, String key) {
            client = clients.client(identity, PskKey.of(ByteBufUtil.decodeHexDump(key)), this);
            socket = new Bootstrap()
                    .group(deviceLoop)
                    .channel(NioDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                            client.receive(ByteBufUtil.getBytes(packet.content()));
                        }
                    })
                    .connect(address)
                    .syncUninterruptibly()
                    .channel();
        }

        void send() {
            deviceLoop.execute(() -> client.send(PINGREQ));
        }

        void ping() throws InterruptedException {
            send();
            assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(PINGRESP);
        }

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
