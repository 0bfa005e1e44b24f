// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.transport.Transport;
import org.sngateway.transport.forwarder.ForwarderTransport;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.udp.MulticastConfig;
import org.sngateway.transport.udp.UdpTransport;
import org.sngateway.transport.udp.UdpTransportConfig;

/** A device and a gateway that know nothing of each other but the group, on the loopback interface. */
@Timeout(60)
class MulticastDiscoveryTest {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int PROBE_MILLIS = 1000;

    private final OwnerLoops loops = OwnerLoops.start(1);
    private final EventLoopOwnerLoop loop = loops.loops().get(0);
    private final SwitchedUplink uplink = new SwitchedUplink();
    private final GatewayCounters counters = new GatewayCounters();

    @AfterEach
    void close() {
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, 225.1.1.1", "::1, ff1e:feed:caca:dead::1"})
    void shouldBeFoundByDeviceThatListensAndByDeviceThatAsks(String bind, String groupAddress) throws IOException {
        InetAddress group = InetAddress.getAllByName(groupAddress)[0];
        NetworkInterface lo = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        try (MulticastSocket listening = new MulticastSocket(0);
                MulticastSocket asking = new MulticastSocket(0)) {
            listening.joinGroup(new InetSocketAddress(group, 0), lo);
            asking.setNetworkInterface(lo);
            InetSocketAddress place = new InetSocketAddress(group, listening.getLocalPort());
            assumeCarried(asking, listening, place);
            listening.setSoTimeout(TIMEOUT_MILLIS);
            asking.setSoTimeout(TIMEOUT_MILLIS);
            int listener = startGateway(bind, place, lo.getName());

            send(asking, new SearchGw(1), place);
            assertThat(receive(listening).message()).isEqualTo(new SearchGw(1));
            while (counters.framesIn.sum() == 0) {
                Thread.onSpinWait();
            }
            uplink.connected(true);
            Received advertise = receive(listening); // nothing was said before the broker was there
            assertThat(advertise.message()).isEqualTo(new Advertise(1, 900));
            assertThat(advertise.from().getPort()).isEqualTo(listener);

            send(asking, new SearchGw(1), place);
            Received gwInfo = receive(asking); // the only one: the first question was not answered
            assertThat(gwInfo.message()).isEqualTo(new GwInfo(1, Payload.EMPTY));
            assertThat(gwInfo.from()).isEqualTo(advertise.from());
        }
    }

    /** The listener's port. */
    private int startGateway(String bind, InetSocketAddress group, String interfaceName) {
        GatewayConfig defaults = GatewayConfig.defaults();
        GatewayConfig config = new GatewayConfig(
                defaults.gateway(),
                defaults.listeners(),
                new DiscoveryConfig(Duration.ofMinutes(15), List.of(group), List.of(interfaceName), 1, false, 0),
                defaults.upstream(),
                defaults.topics(),
                defaults.sessions(),
                defaults.admission(),
                defaults.store(),
                defaults.admin());
        Transport transport = new ForwarderTransport(new UdpTransport(
                new UdpTransportConfig(0, new InetSocketAddress(bind, 0), 65_536, 2048),
                new MulticastConfig(List.of(group), List.of(interfaceName), 1)));
        Shard shard = new Shard(
                loop,
                uplink,
                List.of(transport),
                new ClientDirectory(10),
                new SessionSettings(
                        config,
                        counters,
                        new BufferBudget(1 << 20),
                        SessionKeeper.GATEWAY,
                        null,
                        InstantSource.system()));
        String name = await(transport.open(List.of(new Transport.Port(loop, shard))));
        new Advertiser(loop, uplink, List.of(transport), 1, config.discovery()).start();
        return Integer.parseInt(name.substring(name.lastIndexOf(':') + 1));
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static void assumeCarried(MulticastSocket from, MulticastSocket to, InetSocketAddress group)
            throws IOException {
        to.setSoTimeout(PROBE_MILLIS);
        try {
            from.send(new DatagramPacket(new byte[1], 1, group));
            to.receive(new DatagramPacket(new byte[1], 1));
        } catch (IOException e) {
            assumeTrue(false, "the loopback interface does not carry multicast to " + group + ": " + e.getMessage());
        }
    }

    private record Received(SnMessage message, InetSocketAddress from) {}

    private static void send(MulticastSocket socket, SnMessage message, InetSocketAddress to) throws IOException {
        ByteBuf frame = Unpooled.buffer();
        SnCodec.encode(message, frame);
        socket.send(new DatagramPacket(frame.array(), frame.readableBytes(), to));
    }

    private static Received receive(MulticastSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[256], 256);
        socket.receive(packet);
        byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
        Sender sender = octets[1] == 1 ? Sender.DEVICE : Sender.GATEWAY; // SEARCHGW is the only one of a device
        DecodeResult frame = SnCodec.decode(Unpooled.wrappedBuffer(octets), sender);
        assertThat(frame).isInstanceOf(DecodeResult.Decoded.class);
        return new Received(((DecodeResult.Decoded) frame).message(), (InetSocketAddress) packet.getSocketAddress());
    }
}
