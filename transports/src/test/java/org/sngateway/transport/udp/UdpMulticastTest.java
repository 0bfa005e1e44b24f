// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.Transport.Port;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** Real multicast on the loopback interface; skipped with the reason where the machine's does not carry it. */
@Timeout(60)
final class UdpMulticastTest {
    private static final int LISTENER = 3;
    private static final Advertise ADVERTISE = new Advertise(7, 900);
    private static final GwInfo GWINFO = new GwInfo(7, Payload.EMPTY);

    enum Io {
        EPOLL,
        NIO;

        OwnerLoops start(int count) {
            assumeTrue(this == NIO || Epoll.isAvailable(), "there is no native epoll");
            return this == NIO ? OwnerLoops.startNio(count) : OwnerLoops.start(count);
        }
    }

    /** What a gateway was given, and whether it was sent to everyone. */
    private record Arrival(int port, boolean broadcast, DeviceAddress from, DecodeResult frame) {}

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable OwnerLoops loops;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (loops != null) {
            loops.close();
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private <T extends AutoCloseable> T closing(T socket) {
        opened.add(socket);
        return socket;
    }

    private OwnerLoops loops(Io io, int count) {
        OwnerLoops started = io.start(count);
        loops = started;
        return started;
    }

    /** A gateway that answers each SEARCHGW to the sender. */
    private final class TestGateway implements AutoCloseable {
        private final List<EventLoopOwnerLoop> on;
        private final UdpTransport transport;
        private final int port;

        TestGateway(OwnerLoops loops, String bind, int port, InetSocketAddress group, String... interfaces) {
            this(
                    loops,
                    new InetSocketAddress(bind, port),
                    new MulticastConfig(List.of(group), List.of(interfaces), 1),
                    true);
        }

        TestGateway(OwnerLoops loops, InetSocketAddress bind, MulticastConfig multicast, boolean socketPerPort) {
            on = loops.loops();
            transport = new UdpTransport(new UdpTransportConfig(LISTENER, bind, 65_536, 64), multicast, socketPerPort);
            List<Port> ports = new ArrayList<>();
            for (int i = 0; i < on.size(); i++) {
                ports.add(new Port(on.get(i), listener(i)));
            }
            String name = await(transport.open(ports));
            port = Integer.parseInt(name.substring(name.lastIndexOf(':') + 1));
            opened.add(this);
        }

        private FrameListener listener(int index) {
            return new FrameListener() {
                @Override
                public void onFrame(DeviceAddress from, DecodeResult frame) {
                    on.get(index).assertOwner();
                    arrivals.add(new Arrival(index, false, from, frame));
                }

                @Override
                public void onBroadcast(DeviceAddress from, DecodeResult frame) {
                    on.get(index).assertOwner();
                    arrivals.add(new Arrival(index, true, from, frame));
                    if (frame instanceof DecodeResult.Decoded decoded && decoded.message() instanceof SearchGw) {
                        transport.send(from, GWINFO);
                    }
                }
            };
        }

        void broadcast(int loop, SnMessage message) {
            on.get(loop).execute(() -> transport.broadcast(message, 0));
        }

        /** The counters, with all that was sent so far. */
        TransportStats stats() {
            on.forEach(loop -> await(CompletableFuture.runAsync(() -> {}, loop)));
            return transport.stats();
        }

        @Override
        public void close() {
            await(transport.close());
        }
    }

    private Arrival nextArrival() throws InterruptedException {
        Arrival arrival = arrivals.poll(30, TimeUnit.SECONDS);
        if (arrival == null) {
            throw new AssertionError("no frame arrived");
        }
        return arrival;
    }

    private static InetAddress carried(String group) {
        InetAddress address = Loopback.address(group);
        Loopback.assumeCarries(address);
        return address;
    }

    private static String lo() {
        return Loopback.device().getName();
    }

    @ParameterizedTest
    @CsvSource({
        "EPOLL, 127.0.0.1, 225.1.1.1,              127.0.0.1",
        "EPOLL, 0.0.0.0,   225.1.1.1,              127.0.0.1",
        "EPOLL, 0.0.0.0,   224.0.0.251,            127.0.0.1",
        "EPOLL, ::,        225.1.1.1,              127.0.0.1",
        "EPOLL, ::1,       ff1e:feed:caca:dead::1, ::1",
        "EPOLL, ::,        ff1e:feed:caca:dead::1, ::1",
        "EPOLL, ::,        ff02::fade,             ::1",
        "NIO,   127.0.0.1, 225.1.1.1,              127.0.0.1",
        "NIO,   0.0.0.0,   225.1.1.1,              127.0.0.1",
        "NIO,   0.0.0.0,   224.0.0.251,            127.0.0.1",
        "NIO,   ::1,       ff1e:feed:caca:dead::1, ::1",
        "NIO,   ::,        ff1e:feed:caca:dead::1, ::1",
        "NIO,   ::,        ff02::fade,             ::1"
    })
    void shouldBeFoundThroughGroup(Io io, String bind, String group, String host) throws InterruptedException {
        GroupMember ear = closing(new GroupMember(carried(group)));
        TestGateway gateway = new TestGateway(loops(io, 2), bind, 0, ear.group(), lo());
        InetSocketAddress listener = new InetSocketAddress(host, gateway.port);

        gateway.broadcast(0, ADVERTISE);
        assertThat(ear.receive()).isEqualTo(ADVERTISE);
        assertThat(ear.lastSender()).isEqualTo(listener);

        DeviceSocket device = closing(new DeviceSocket(host));
        device.sendToGroup(new SearchGw(1), ear.group());
        assertThat(device.receive()).isEqualTo(GWINFO);
        assertThat(device.lastSender()).isEqualTo(listener);
        assertThat(arrivals)
                .containsExactly(new Arrival(
                        0,
                        true,
                        new DeviceAddress.Udp(LISTENER, device.address()),
                        new DecodeResult.Decoded(new SearchGw(1))));
        assertThat(gateway.stats().framesOut()).isEqualTo(2);
        assertThat(gateway.stats().sendFailures()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldBroadcastFromEveryLoop(Io io) {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        TestGateway gateway = new TestGateway(
                loops(io, 3),
                new InetSocketAddress(Loopback.address("127.0.0.1"), 0),
                new MulticastConfig(List.of(ear.group()), List.of(lo()), 1),
                false);
        for (int loop = 0; loop < 3; loop++) {
            gateway.broadcast(loop, new Advertise(loop, 900));
            assertThat(ear.receive()).isEqualTo(new Advertise(loop, 900));
            assertThat(ear.lastSender().getPort()).isEqualTo(gateway.port);
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldNotHearItself(Io io) throws InterruptedException {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        TestGateway gateway = new TestGateway(loops(io, 1), "0.0.0.0", 0, ear.group(), lo());
        gateway.broadcast(0, ADVERTISE);
        assertThat(ear.receive()).isEqualTo(ADVERTISE);

        closing(new DeviceSocket("127.0.0.1")).sendToGroup(new SearchGw(1), ear.group());
        assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(new SearchGw(1)));
    }

    /** Bound to every address and on the group's own port, the listener's sockets must not see a copy each. */
    @ParameterizedTest
    @CsvSource({"EPOLL, 0.0.0.0", "EPOLL, ::", "NIO, 0.0.0.0"})
    @EnabledOnOs(OS.LINUX)
    void shouldKeepGroupAndListenerApartOnOnePort(Io io, String bind) throws InterruptedException {
        InetAddress group = carried("225.1.1.1");
        OwnerLoops on = loops(io, 3);
        int port;
        try (GroupMember free = new GroupMember(group)) {
            port = free.group().getPort();
        }
        TestGateway gateway = new TestGateway(on, bind, port, new InetSocketAddress(group, port), lo());
        DeviceSocket device = closing(new DeviceSocket("127.0.0.1"));

        device.sendToGroup(new SearchGw(1), new InetSocketAddress(group, port));
        assertThat(device.receive()).isEqualTo(GWINFO);
        assertThat(device.lastSender()).isEqualTo(new InetSocketAddress(Loopback.address("127.0.0.1"), port));
        device.send(new PingReq("d"), "127.0.0.1", port);

        Arrival first = nextArrival();
        Arrival second = nextArrival();
        assertThat(first.broadcast()).isTrue();
        assertThat(second.broadcast()).isFalse();
        assertThat(second.frame()).isEqualTo(new DecodeResult.Decoded(new PingReq("d")));
        gateway.close();
        assertThat(arrivals).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldShareGroupWithAnotherGatewayOfTheMachine(Io io) {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        OwnerLoops on = loops(io, 1);
        TestGateway one = new TestGateway(on, "127.0.0.1", 0, ear.group(), lo());
        TestGateway other = new TestGateway(on, "127.0.0.1", 0, ear.group(), lo());
        DeviceSocket device = closing(new DeviceSocket("127.0.0.1"));

        device.sendToGroup(new SearchGw(1), ear.group());

        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            assertThat(device.receive()).isEqualTo(GWINFO);
            answered.add(((InetSocketAddress) device.lastSender()).getPort());
        }
        assertThat(answered).containsExactlyInAnyOrder(one.port, other.port);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldGoOnWithoutInterfaceThatIsMissing(Io io) {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        TestGateway gateway = new TestGateway(loops(io, 1), "0.0.0.0", 0, ear.group(), "no-such-0", lo());
        gateway.broadcast(0, ADVERTISE);
        assertThat(ear.receive()).isEqualTo(ADVERTISE);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldOpenWhenGroupCannotBeReached(Io io) throws InterruptedException {
        InetSocketAddress group = new InetSocketAddress(Loopback.address("225.1.1.1"), 1);
        TestGateway gateway = new TestGateway(loops(io, 1), "127.0.0.1", 0, group, "no-such-0");
        gateway.broadcast(0, ADVERTISE);
        closing(new DeviceSocket("127.0.0.1")).send(new PingReq("d"), "127.0.0.1", gateway.port);
        assertThat(nextArrival().frame()).isEqualTo(new DecodeResult.Decoded(new PingReq("d")));
        assertThat(gateway.stats().framesOut()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldDropBroadcastThatIsTooLong(Io io) {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        TestGateway gateway = new TestGateway(loops(io, 1), "127.0.0.1", 0, ear.group(), lo());
        gateway.broadcast(0, new GwInfo(1, Payload.wrap(new byte[64])));
        gateway.broadcast(0, ADVERTISE);
        assertThat(ear.receive()).isEqualTo(ADVERTISE);
        assertThat(gateway.stats().sendFailures()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void shouldLeaveGroupWhenClosed(Io io) {
        GroupMember ear = closing(new GroupMember(carried("225.1.1.1")));
        TestGateway gateway = new TestGateway(loops(io, 1), "127.0.0.1", 0, ear.group(), lo());
        gateway.close();
        closing(new DeviceSocket("127.0.0.1")).sendToGroup(new SearchGw(1), ear.group());
        assertThat(ear.hears(30_000)).isTrue(); // it has been delivered to whoever is a member
        gateway.broadcast(0, ADVERTISE);
        assertThat(ear.hears(200)).isFalse();
        assertThat(arrivals).isEmpty();
    }
}
