// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.SourceGate;
import org.sngateway.transport.Transport.Port;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

@Timeout(60)
final class UdpTransportTest {
    private static final int LISTENER = 3;
    private static final int MAX_FRAME_OCTETS = 64;
    private static final int RECEIVE_BUFFER_OCTETS = 64 * 1024;

    enum Io {
        EPOLL,
        NIO;

        OwnerLoops start(int count) {
            assumeTrue(this == NIO || Epoll.isAvailable());
            return this == NIO ? OwnerLoops.startNio(count) : OwnerLoops.start(count);
        }
    }

    /** What one port was given. */
    private record Arrival(int port, DeviceAddress from, DecodeResult frame) {}

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final List<DeviceSocket> devices = new ArrayList<>();
    private @Nullable OwnerLoops loops;
    private @Nullable UdpTransport transport;

    @AfterEach
    void close() {
        devices.forEach(DeviceSocket::close);
        if (transport != null) {
            await(transport.close());
        }
        if (loops != null) {
            loops.close();
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    private static UdpTransportConfig config(String host, int port) {
        return new UdpTransportConfig(
                LISTENER, new InetSocketAddress(host, port), RECEIVE_BUFFER_OCTETS, MAX_FRAME_OCTETS);
    }

    private List<EventLoopOwnerLoop> start(Io io, int count) {
        OwnerLoops started = io.start(count);
        loops = started;
        return started.loops();
    }

    /** One port per loop, each recording what arrives and then passing it on. */
    private List<Port> recording(List<EventLoopOwnerLoop> on, FrameListener next) {
        List<Port> ports = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            int index = i;
            EventLoopOwnerLoop loop = on.get(i);
            ports.add(new Port(loop, (from, frame) -> {
                loop.assertOwner();
                arrivals.add(new Arrival(index, from, frame));
                next.onFrame(from, frame);
            }));
        }
        return ports;
    }

    /** Opens the transport and returns the port it got. */
    private int open(UdpTransport opened, List<Port> ports) {
        transport = opened;
        String name = await(opened.open(ports));
        return Integer.parseInt(name.substring(name.lastIndexOf(':') + 1));
    }

    private UdpTransport transport() {
        if (transport == null) {
            throw new IllegalStateException("not opened");
        }
        return transport;
    }

    private void answerPing(DeviceAddress from, DecodeResult frame) {
        if (frame instanceof DecodeResult.Decoded decoded && decoded.message() instanceof PingReq) {
            transport().send(from, new PingResp());
        }
    }

    private DeviceSocket device(String host) {
        DeviceSocket device = new DeviceSocket(host);
        devices.add(device);
        return device;
    }

    private Arrival nextArrival() throws InterruptedException {
        Arrival arrival = arrivals.poll(30, TimeUnit.SECONDS);
        if (arrival == null) {
            throw new AssertionError("no frame arrived");
        }
        return arrival;
    }

    private static void onLoop(OwnerLoop loop, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        await(done);
    }

    private static Publish publish(int msgId, int dataOctets) {
        return new Publish(
                false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(7), msgId, Payload.wrap(new byte[dataOctets]));
    }

    @ParameterizedTest
    @CsvSource({
        "EPOLL, 127.0.0.1, 127.0.0.1",
        "EPOLL, 0.0.0.0,   127.0.0.1",
        "EPOLL, ::1,       ::1",
        "EPOLL, ::,        ::1",
        "EPOLL, ::,        127.0.0.1",
        "NIO,   127.0.0.1, 127.0.0.1",
        "NIO,   0.0.0.0,   127.0.0.1",
        "NIO,   ::1,       ::1",
        "NIO,   ::,        ::1",
        "NIO,   ::,        127.0.0.1"
    })
    void shouldAnswerDevice(Io io, String bind, String deviceHost) throws InterruptedException {
        int port = open(new UdpTransport(config(bind, 0)), recording(start(io, 2), this::answerPing));
        DeviceSocket device = device(deviceHost);
        device.send(new PingReq("d"), deviceHost, port);
        assertThat(device.receive()).isEqualTo(new PingResp());
        assertThat(device.lastSender()).isEqualTo(new InetSocketAddress(deviceHost, port));

        Arrival arrival = nextArrival();
        assertThat(arrival.from())
                .isEqualTo(new DeviceAddress.Udp(LISTENER, device.address()))
                .hasSameHashCodeAs(new DeviceAddress.Udp(LISTENER, device.address()));
        assertThat(arrival.frame()).isEqualTo(new DecodeResult.Decoded(new PingReq("d")));
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldNameBoundAddress(Io io) {
        List<EventLoopOwnerLoop> on = start(io, 1);
        UdpTransport ipv4 = new UdpTransport(config("127.0.0.1", 0));
        UdpTransport ipv6 = new UdpTransport(config("::1", 0));
        assertThat(await(ipv4.open(recording(on, this::answerPing)))).matches("udp:127\\.0\\.0\\.1:[1-9]\\d*");
        assertThat(await(ipv6.open(recording(on, this::answerPing)))).matches("udp:\\[::1]:[1-9]\\d*");
        await(ipv4.close());
        await(ipv6.close());
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldServeOnlyIpv4WhenBoundToIpv4Wildcard(Io io) {
        int port = open(new UdpTransport(config("0.0.0.0", 0)), recording(start(io, 1), this::answerPing));
        try (DatagramSocket ipv6 = new DatagramSocket(address("::1", port))) {
            assertThat(ipv6.getLocalPort()).isEqualTo(port);
        } catch (IOException e) {
            throw new AssertionError("the IPv6 port is taken", e);
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    @EnabledOnOs(OS.LINUX)
    void shouldSpreadDevicesOverPortsAndKeepEachOnItsOwn(Io io) throws InterruptedException {
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(start(io, 4), this::answerPing));
        int deviceCount = 64;
        int rounds = 5;
        for (int i = 0; i < deviceCount; i++) {
            device("127.0.0.1");
        }
        for (int round = 0; round < rounds; round++) {
            for (DeviceSocket device : devices) {
                device.send(new PingReq(""), "127.0.0.1", port);
            }
            for (DeviceSocket device : devices) {
                assertThat(device.receive()).isEqualTo(new PingResp());
            }
        }
        Map<DeviceAddress, Set<Integer>> portsOf = new ConcurrentHashMap<>();
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < deviceCount * rounds; i++) {
            Arrival arrival = nextArrival();
            portsOf.computeIfAbsent(arrival.from(), from -> new HashSet<>()).add(arrival.port());
            used.add(arrival.port());
        }
        assertThat(portsOf).hasSize(deviceCount);
        assertThat(portsOf.values()).allMatch(ports -> ports.size() == 1);
        assertThat(used).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    /** The device keeps 100 unanswered, so that both sides' receive buffers suffice whatever the machine grants. */
    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldAnswerBurstOfTenThousand(Io io) {
        int count = 10_000;
        int window = 100;
        FrameListener acknowledge = (from, frame) -> {
            Publish publish = (Publish) ((DecodeResult.Decoded) frame).message();
            transport().send(from, new PubAck(7, publish.msgId(), ReturnCode.ACCEPTED));
        };
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(start(io, 2), acknowledge));
        DeviceSocket device = device("127.0.0.1");
        for (int next = 1; next <= count + window; next++) {
            if (next <= count) {
                device.send(publish(next, 20), "127.0.0.1", port);
            }
            if (next > window) {
                assertThat(device.receive()).isEqualTo(new PubAck(7, next - window, ReturnCode.ACCEPTED));
            }
        }
        await(transport().close());
        TransportStats stats = transport().stats();
        assertThat(stats.framesIn()).isEqualTo(count);
        assertThat(stats.octetsIn()).isEqualTo(count * 27L);
        assertThat(stats.framesOut()).isEqualTo(count);
        assertThat(stats.octetsOut()).isEqualTo(count * 7L);
        assertThat(stats.sendFailures()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldDeliverGarbageAsMalformedAndCarryOn(Io io) throws InterruptedException {
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(start(io, 1), this::answerPing));
        DeviceSocket device = device("127.0.0.1");
        device.send(new byte[0], "127.0.0.1", port);
        device.send(new byte[] {1}, "127.0.0.1", port);
        device.send(new byte[] {9, 0x16, 1}, "127.0.0.1", port);
        device.send(new PingReq(""), "127.0.0.1", port);
        assertThat(device.receive()).isEqualTo(new PingResp());
        assertThat(malformed(nextArrival()).reason()).isEqualTo(MalformedReason.HEADER);
        assertThat(malformed(nextArrival()).reason()).isEqualTo(MalformedReason.HEADER);
        assertThat(malformed(nextArrival()).reason()).isEqualTo(MalformedReason.LENGTH_MISMATCH);
        assertThat(nextArrival().frame()).isInstanceOf(DecodeResult.Decoded.class);
        assertThat(transport().stats().framesIn()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldNotLookAtWhatTheGateDoesNotAdmit(Io io) throws InterruptedException {
        EventLoopOwnerLoop loop = start(io, 1).get(0);
        Port all = recording(List.of(loop), this::answerPing).get(0);
        SourceGate gate = source -> {
            loop.assertOwner();
            return !source.getAddress().getHostAddress().equals("127.0.0.2");
        };
        int port = open(new UdpTransport(config("127.0.0.1", 0)), List.of(new Port(loop, all.listener(), gate)));
        DeviceSocket shutOut = device("127.0.0.2");
        DeviceSocket device = device("127.0.0.1");

        shutOut.send(new PingReq("x"), "127.0.0.1", port);
        shutOut.send(new byte[] {1}, "127.0.0.1", port);
        device.send(new PingReq("d"), "127.0.0.1", port);

        assertThat(device.receive()).isEqualTo(new PingResp());
        assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(new PingReq("d")));
        assertThat(arrivals).isEmpty();
        assertThat(transport().stats().framesIn()).isEqualTo(3);
    }

    private static DecodeResult.Malformed malformed(Arrival arrival) {
        assertThat(arrival.frame()).isInstanceOf(DecodeResult.Malformed.class);
        return (DecodeResult.Malformed) arrival.frame();
    }

    /** Each of the long datagrams begins with what is a valid frame when cut at, or one octet after, the limit. */
    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldDeliverDatagramOverLimitAsMalformed(Io io) throws InterruptedException {
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(start(io, 1), this::answerPing));
        DeviceSocket device = device("127.0.0.1");
        Publish longest = publish(1, MAX_FRAME_OCTETS - 7);
        device.send(longest, "127.0.0.1", port);
        device.sendPadded(longest, 200, port);
        device.sendPadded(publish(1, MAX_FRAME_OCTETS + 1 - 7), 200, port);
        device.send(publish(1, MAX_FRAME_OCTETS + 1 - 7), "127.0.0.1", port);
        device.send(longest, "127.0.0.1", port);

        assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(longest));
        for (int i = 0; i < 3; i++) {
            DecodeResult.Malformed malformed = malformed(nextArrival());
            assertThat(malformed.reason()).isEqualTo(MalformedReason.TOO_LARGE);
            assertThat(malformed.detail()).contains("64");
            assertThat(malformed.head().length()).isEqualTo(DecodeResult.Malformed.HEAD_OCTETS);
        }
        assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(longest));
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldFailToOpenWhenAddressIsInUse(Io io) throws IOException {
        List<EventLoopOwnerLoop> on = start(io, 2);
        try (DatagramSocket occupant = new DatagramSocket(address("127.0.0.1", 0))) {
            assertInUse(occupant.getLocalPort(), on);
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldFailToOpenBesideAnotherGateway(Io io) {
        List<EventLoopOwnerLoop> on = start(io, 2);
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, this::answerPing));
        assertInUse(port, on);
        DeviceSocket device = device("127.0.0.1");
        device.send(new PingReq(""), "127.0.0.1", port);
        assertThat(device.receive()).isEqualTo(new PingResp());
    }

    private void assertInUse(int port, List<EventLoopOwnerLoop> on) {
        UdpTransport second = new UdpTransport(config("127.0.0.1", port));
        assertThatThrownBy(() -> second.open(recording(on, this::answerPing))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("cannot bind udp:127.0.0.1:" + port + ": Address already in use");
    }

    @Test
    void shouldFailToOpenWhenHostIsUnknown() {
        UdpTransport unknown = new UdpTransport(new UdpTransportConfig(
                LISTENER, InetSocketAddress.createUnresolved("gateway.invalid", 1884), 1, MAX_FRAME_OCTETS));
        assertThatThrownBy(() -> unknown.open(recording(start(Io.NIO, 1), this::answerPing))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("cannot bind udp:gateway.invalid:1884: unknown host");
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldSendFromEveryPort(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 3);
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, (from, frame) -> {}));
        assertAnswersFromEachLoop(on, port);
        assertThat(transport().stats().framesIn()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldShareOneSocketWhereSocketsCannotShareAnAddress(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 3);
        int port = open(
                new UdpTransport(config("127.0.0.1", 0), MulticastConfig.NONE, false),
                recording(on, (from, frame) -> {}));
        assertAnswersFromEachLoop(on, port);
        for (int i = 0; i < 20; i++) {
            device("127.0.0.1").send(new PingReq(""), "127.0.0.1", port);
            assertThat(nextArrival().port()).isZero();
        }
        await(transport().close());
        assertThat(transport().stats().framesOut()).isEqualTo(3);
        assertThat(transport().stats().octetsOut()).isEqualTo(6);
    }

    private void assertAnswersFromEachLoop(List<EventLoopOwnerLoop> on, int port) throws InterruptedException {
        DeviceSocket device = device("127.0.0.1");
        device.send(new PingReq(""), "127.0.0.1", port);
        DeviceAddress from = nextArrival().from();
        for (EventLoopOwnerLoop loop : on) {
            onLoop(loop, () -> transport().send(from, new PingResp()));
            assertThat(device.receive()).isEqualTo(new PingResp());
            assertThat(device.lastSender()).isEqualTo(address("127.0.0.1", port));
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldDropAndCountFrameOverLimit(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 1);
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, (from, frame) -> {}));
        DeviceSocket device = device("127.0.0.1");
        device.send(new PingReq(""), "127.0.0.1", port);
        DeviceAddress from = nextArrival().from();
        Publish longest = publish(1, MAX_FRAME_OCTETS - 7);
        onLoop(on.get(0), () -> {
            transport().send(from, publish(1, MAX_FRAME_OCTETS + 1 - 7));
            transport().send(from, longest);
        });
        assertThat(device.receive()).isEqualTo(longest);
        await(transport().close());
        assertThat(transport().stats().sendFailures()).isEqualTo(1);
        assertThat(transport().stats().framesOut()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldCountWhatTheOperatingSystemRefuses(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 1);
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, this::answerPing));
        DeviceSocket device = device("127.0.0.1");
        // A loopback socket cannot reach another network, and port 0 is nobody's.
        DeviceAddress unreachable = new DeviceAddress.Udp(LISTENER, address("203.0.113.1", 0));
        onLoop(on.get(0), () -> {
            transport().send(unreachable, new PingResp());
            transport().send(new DeviceAddress.Udp(LISTENER, device.address()), new PingResp());
            transport().send(unreachable, new PingResp());
        });
        assertThat(device.receive()).isEqualTo(new PingResp());
        device.send(new PingReq(""), "127.0.0.1", port);
        assertThat(device.receive()).isEqualTo(new PingResp());
        await(transport().close());
        assertThat(transport().stats().sendFailures()).isEqualTo(2);
        assertThat(transport().stats().framesOut()).isEqualTo(2);
        assertThat(transport().stats().octetsOut()).isEqualTo(4);
    }

    /** Answering a device that is gone provokes ICMP "port unreachable". */
    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldCarryOnWhenDeviceIsGone(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 1);
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, this::answerPing));
        DeviceSocket gone = device("127.0.0.1");
        gone.send(
                new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(7), 0, Payload.EMPTY),
                "127.0.0.1",
                port);
        DeviceAddress from = nextArrival().from();
        gone.close();
        for (int i = 0; i < 10; i++) {
            onLoop(on.get(0), () -> transport().send(from, new PingResp()));
        }
        DeviceSocket device = device("127.0.0.1");
        device.send(new PingReq(""), "127.0.0.1", port);
        assertThat(device.receive()).isEqualTo(new PingResp());
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldCountThrowingListenerAndCarryOn(Io io) {
        List<EventLoopOwnerLoop> on = start(io, 1);
        FrameListener throwing = (from, frame) -> {
            if (frame instanceof DecodeResult.Malformed) {
                throw new IllegalStateException("thrown by a listener");
            }
            answerPing(from, frame);
        };
        int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, throwing));
        DeviceSocket device = device("127.0.0.1");
        device.send(new byte[] {1}, "127.0.0.1", port);
        device.send(new PingReq(""), "127.0.0.1", port);
        assertThat(device.receive()).isEqualTo(new PingResp());
        assertThat(on.get(0).failedTasks()).isEqualTo(1);
    }

    /** The loop is kept busy while more arrives than the receive buffer holds. */
    @ParameterizedTest
    @EnumSource(Io.class)
    @EnabledOnOs(OS.LINUX)
    void shouldReportWhatTheKernelDropped(Io io) throws InterruptedException {
        List<EventLoopOwnerLoop> on = start(io, 1);
        UdpTransportConfig small = new UdpTransportConfig(LISTENER, address("127.0.0.1", 0), 4096, MAX_FRAME_OCTETS);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch flooded = new CountDownLatch(1);
        int port = open(new UdpTransport(small), recording(on, (from, frame) -> {}));
        assertThat(transport().stats().kernelDrops()).isZero();
        on.get(0).execute(() -> {
            busy.countDown();
            awaitUninterruptibly(flooded);
        });
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
        DeviceSocket device = device("127.0.0.1");
        for (int i = 0; i < 1000; i++) {
            device.send(publish(1, 40), "127.0.0.1", port);
        }
        long drops = transport().stats().kernelDrops();
        flooded.countDown();
        assertThat(drops).isPositive();
        for (long i = drops; i < 1000; i++) {
            assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(publish(1, 40)));
        }
        await(transport().close());
        assertThat(transport().stats().kernelDrops()).isEqualTo(drops);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    @EnabledOnOs(OS.LINUX)
    void shouldTellWhichReceiveBufferWasGranted(Io io) {
        EventLoopOwnerLoop loop = start(io, 1).get(0);
        for (int asked : new int[] {RECEIVE_BUFFER_OCTETS, Integer.MAX_VALUE}) {
            UdpTransportConfig config =
                    new UdpTransportConfig(LISTENER, address("127.0.0.1", 0), asked, MAX_FRAME_OCTETS);
            UdpPort port = new UdpPort(config, loop, (from, frame) -> {});
            Channel socket = await(new UdpSockets(config).bind(port, config.bind(), false));
            int granted = UdpSockets.grantedReceiveBufferOctets(loop, socket);
            if (asked == RECEIVE_BUFFER_OCTETS) {
                assertThat(granted).isEqualTo(asked);
            } else {
                assertThat(granted).isPositive().isLessThan(asked);
            }
            assertThat(socket.close().awaitUninterruptibly(30, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A socket whose flush does nothing stands for one that the network has blocked. */
    @Test
    void shouldDropWhatDoesNotFitTheBoundOnWaitingFrames() {
        EventLoopOwnerLoop loop = start(Io.NIO, 1).get(0);
        UdpPort port = new UdpPort(config("127.0.0.1", 0), loop, (from, frame) -> {});
        EmbeddedChannel blocked = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext context) {}
        });
        blocked.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1000, 2000));
        InetSocketAddress device = address("127.0.0.1", 5);
        onLoop(loop, () -> {
            port.use(blocked);
            for (int i = 0; i < 100; i++) {
                port.send(device, publish(1, 33));
            }
        });
        // Each counts as 40 octets and Netty's 96 on top.
        int waiting = 2000 / 136 + 1;
        assertThat(port.counters().sendFailures()).isEqualTo(100 - waiting);
        onLoop(loop, blocked::finishAndReleaseAll);
        assertThat(port.counters().sendFailures()).isEqualTo(100);
        assertThat(port.counters().framesOut()).isZero();
    }

    @Test
    void shouldInsistOnLoopAndListener() {
        List<EventLoopOwnerLoop> on = start(Io.NIO, 2);
        List<Port> ports = recording(on.subList(0, 1), this::answerPing);
        open(new UdpTransport(config("127.0.0.1", 0)), ports);
        DeviceAddress device = new DeviceAddress.Udp(LISTENER, address("127.0.0.1", 5));
        DeviceAddress foreign = new DeviceAddress.Udp(LISTENER + 1, address("127.0.0.1", 5));
        assertThatIllegalStateException().isThrownBy(() -> transport().send(device, new PingResp()));
        assertThatThrownBy(() -> onLoop(on.get(1), () -> transport().send(device, new PingResp())))
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> onLoop(on.get(0), () -> transport().send(foreign, new PingResp())))
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatIllegalStateException().isThrownBy(() -> transport().open(ports));
        assertThatIllegalArgumentException().isThrownBy(() -> new UdpTransport(config("127.0.0.1", 0)).open(List.of()));
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldFreeItsPortWhenClosed(Io io) throws IOException {
        List<EventLoopOwnerLoop> on = start(io, 2);
        for (int i = 0; i < 50; i++) {
            int port = open(new UdpTransport(config("127.0.0.1", 0)), recording(on, this::answerPing));
            await(transport().close());
            try (DatagramSocket next = new DatagramSocket(address("127.0.0.1", port))) {
                assertThat(next.getLocalPort()).isEqualTo(port);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldCountFramesSentAfterCloseAsFailures(Io io) {
        List<EventLoopOwnerLoop> on = start(io, 2);
        open(new UdpTransport(config("127.0.0.1", 0)), recording(on, this::answerPing));
        DeviceAddress device =
                new DeviceAddress.Udp(LISTENER, device("127.0.0.1").address());
        await(transport().close());
        await(transport().close());
        onLoop(on.get(1), () -> transport().send(device, new PingResp()));
        assertThat(transport().stats().sendFailures()).isEqualTo(1);
        assertThat(transport().stats().framesOut()).isZero();
    }
}
