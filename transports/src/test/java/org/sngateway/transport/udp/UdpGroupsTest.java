// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** Interfaces that come and go, as the test says, in front of the loopback interface. */
@Timeout(60)
final class UdpGroupsTest {
    private static final InetAddress GROUP = Loopback.address("225.1.1.1");
    private static final Advertise ADVERTISE = new Advertise(7, 900);

    private static final int ADVERTISE_OCTETS = 5;

    /** What is waited for in vain; long enough for a datagram on the loopback interface. */
    private static final int SILENCE_MILLIS = 300;

    private final OwnerLoops loops = OwnerLoops.start(1);
    private final EventLoopOwnerLoop loop = loops.loops().get(0);
    private final BlockingQueue<DecodeResult> broadcasts = new LinkedBlockingQueue<>();
    private final AtomicBoolean present = new AtomicBoolean();
    private final AtomicBoolean listable = new AtomicBoolean(true);
    private final DeviceSocket device = new DeviceSocket("127.0.0.1");
    private @Nullable GroupMember ear;

    @AfterEach
    void close() {
        loops.close();
        device.close();
        if (ear != null) {
            ear.close();
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private GroupMember ear() {
        Loopback.assumeCarries(GROUP);
        GroupMember member = new GroupMember(GROUP);
        ear = member;
        return member;
    }

    private List<LocalInterface> interfaces() throws IOException {
        if (!listable.get()) {
            throw new IOException("interfaces cannot be listed");
        }
        NetworkInterface lo = Loopback.device();
        return present.get()
                ? List.of(new LocalInterface(
                        lo, lo.getName(), true, false, lo.inetAddresses().toList()))
                : List.of();
    }

    private UdpGroups groups(InetSocketAddress group) {
        UdpTransportConfig config = new UdpTransportConfig(0, new InetSocketAddress("0.0.0.0", 0), 65_536, 64);
        UdpSockets sockets = new UdpSockets(config);
        UdpPort port = new UdpPort(config, loop, new FrameReceiver(config, new FrameListener() {
            @Override
            public void onFrame(DeviceAddress from, DecodeResult frame) {}

            @Override
            public void onBroadcast(DeviceAddress from, DecodeResult frame) {
                broadcasts.add(frame);
            }
        }));
        Channel socket = await(sockets.bind(port, config.bind(), false));
        MulticastConfig multicast =
                new MulticastConfig(List.of(group), List.of(Loopback.device().getName()), 1);
        return await(CompletableFuture.supplyAsync(
                () -> {
                    port.use(socket);
                    return new UdpGroups(multicast, sockets, port, socket, this::interfaces);
                },
                loop));
    }

    private void look(UdpGroups groups) {
        await(CompletableFuture.completedFuture(groups).thenComposeAsync(UdpGroups::look, loop));
    }

    /** Whether a device that asks in the group is heard; what is expected is waited for longer than what is not. */
    private boolean isFoundThrough(InetSocketAddress group, boolean expected) throws InterruptedException {
        device.sendToGroup(new SearchGw(1), group);
        return broadcasts.poll(expected ? 30_000 : SILENCE_MILLIS, TimeUnit.MILLISECONDS) != null;
    }

    /** The ear hears the SEARCHGWs before, too. */
    private static boolean isHeard(UdpGroups groups, GroupMember ear, boolean expected) {
        groups.send(ADVERTISE);
        while (ear.hears(expected ? 30_000 : SILENCE_MILLIS)) {
            if (ear.lastOctets() == ADVERTISE_OCTETS) {
                return true;
            }
        }
        return false;
    }

    private void assertWorks(UdpGroups groups, GroupMember ear, boolean expected) throws InterruptedException {
        assertThat(isFoundThrough(ear.group(), expected)).isEqualTo(expected);
        assertThat(isHeard(groups, ear, expected)).isEqualTo(expected);
    }

    @Test
    void shouldFollowInterfaceThatComesAndGoes() throws InterruptedException {
        GroupMember ear = ear();
        UdpGroups groups = groups(ear.group());
        for (int round = 0; round < 2; round++) {
            present.set(false);
            look(groups);
            assertWorks(groups, ear, false);

            present.set(true);
            look(groups);
            assertWorks(groups, ear, true);
        }
    }

    @Test
    void shouldKeepWhatItHasWhenInterfacesCannotBeListed() throws InterruptedException {
        GroupMember ear = ear();
        UdpGroups groups = groups(ear.group());
        present.set(true);
        look(groups);
        listable.set(false);
        look(groups);
        assertWorks(groups, ear, true);
    }

    @Test
    void shouldJoinOnceThePortIsFree() throws Exception {
        Loopback.assumeCarries(GROUP);
        present.set(true);
        DatagramSocket other = new DatagramSocket(0);
        assumeTrue(!other.getReuseAddress(), "sockets of this system always share their port");
        InetSocketAddress group = new InetSocketAddress(GROUP, other.getLocalPort());
        UdpGroups groups = groups(group);
        look(groups);
        assertThat(isFoundThrough(group, false)).isFalse();

        other.close();
        look(groups);
        assertThat(isFoundThrough(group, true)).isTrue();
    }

    @Test
    void shouldNotJoinOnceClosed() throws InterruptedException {
        GroupMember ear = ear();
        UdpGroups groups = groups(ear.group());
        present.set(true);
        await(groups.close());
        look(groups);
        assertWorks(groups, ear, false);
    }

    /** The interface is an option of the socket: it must not change before the datagram for the one before has left. */
    @Test
    void shouldHandOverOneDatagramAtATime() {
        Deque<ChannelPromise> written = new ArrayDeque<>();
        EmbeddedChannel slow = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                written.add(promise);
            }
        });
        UdpPort port = new UdpPort(new UdpTransportConfig(0, device.address(), 65_536, 64), loop, (from, frame) -> {});
        GroupSender sender = new GroupSender(port, slow, new Troubles("test"));
        NetworkInterface lo = Loopback.device();
        GroupLink link = new GroupLink(
                new InetSocketAddress(GROUP, 1883),
                new LocalInterface(lo, "eth0", false, true, List.of(Loopback.address("192.0.2.1"))));

        for (int i = 0; i < 2000; i++) {
            sender.send(link, ADVERTISE);
        }
        assertThat(written).hasSize(1);
        assertThat(port.counters().sendFailures()).isEqualTo(2000 - 1025);

        assertThat(written.remove().trySuccess()).isTrue();
        assertThat(written).hasSize(1);
        assertThat(written.remove().tryFailure(new IOException("no buffer space")))
                .isTrue();
        assertThat(written).hasSize(1);
        assertThat(port.counters().framesOut()).isEqualTo(1);
        assertThat(port.counters().sendFailures()).isEqualTo(2000 - 1025 + 1);
        slow.finishAndReleaseAll();
    }
}
