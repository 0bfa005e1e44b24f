// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.forwarder.ForwarderTransport;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.SerialTransport;
import org.sngateway.transport.serial.SerialTransportConfig;
import org.sngateway.transport.serial.framing.Framing;

/** Nodes at one end of a null modem, a gateway's transport at the other. */
class SerialNetworkTest {
    private static final LineSettings LINE = LineSettings.of(921_600);

    private final SimulatorClock clock = new SimulatorClock();
    private final NullModem modem = new NullModem(clock);
    private final OwnerLoops loops = OwnerLoops.startNio(1);
    private final EventLoop nodeLoop = new DefaultEventLoop();
    private final Set<DeviceAddress> addresses = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        loops.close();
        var unused = nodeLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "slip, false, 1",
        "raw, false, 1",
        "slip-crc16, true, 3",
        "raw, true, 3",
        "xbee-api1, false, 3",
        "xbee-api2, false, 3"
    })
    void shouldGiveEachNodeItsOwnAddressAndItsOwnAnswers(String label, boolean encapsulates, int nodes)
            throws Exception {
        Framing framing = Framing.of(label).orElseThrow();
        Transport gateway = gateway(framing);
        SerialNetwork network = new SerialNetwork(modem, NullModem.FAR, LINE, framing, encapsulates, clock);
        network.prepare(nodes);
        NodeSink[] sinks = new NodeSink[nodes];
        for (int i = 0; i < nodes; i++) {
            sinks[i] = network.open(i, nodeLoop, receiver(i));
        }
        await(gateway);

        for (int i = 0; i < nodes; i++) {
            sinks[i].send(new PingReq(""));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(i + " " + new PingResp());
        }
        assertThat(addresses).hasSize(nodes);
        loops.loops().get(0).execute(() -> gateway.broadcast(new Advertise(1, 60), 0));
        for (int i = 0; i < nodes; i++) {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).endsWith(" " + new Advertise(1, 60));
        }

        network.close();
        gateway.close().toCompletableFuture().join();
        assertThat(heard).isEmpty();
    }

    @Test
    void shouldRefuseManyNodesOnALineForOne() {
        SerialNetwork network = new SerialNetwork(modem, NullModem.FAR, LINE, Framing.SLIP, false, clock);

        assertThatThrownBy(() -> network.prepare(2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--encapsulate");
    }

    @Test
    void shouldSayThatAPortCannotBeOpened() {
        SerialNetwork network = new SerialNetwork(modem, "elsewhere", LINE, Framing.SLIP, false, clock);

        assertThatThrownBy(() -> network.prepare(1)).hasMessage("cannot open elsewhere: there is no such port");
    }

    /** Answers every PINGREQ. */
    private Transport gateway(Framing framing) {
        SerialTransportConfig config =
                new SerialTransportConfig(0, NullModem.NEAR, LINE, framing, framing.isXbee() ? 60 : 255, 4096);
        Transport transport = new ForwarderTransport(new SerialTransport(config, modem, clock::nanoTime));
        transport
                .open(List.of(new Transport.Port(loops.loops().get(0), (from, frame) -> {
                    addresses.add(from);
                    if (frame instanceof DecodeResult.Decoded decoded && decoded.message() instanceof PingReq) {
                        transport.send(from, new PingResp());
                    }
                })))
                .toCompletableFuture()
                .join();
        return transport;
    }

    private NodeNetwork.Receiver receiver(int node) {
        return new NodeNetwork.Receiver() {
            @Override
            public void onFrame(DecodeResult frame) {
                heard.add(node + " " + ((DecodeResult.Decoded) frame).message());
            }

            @Override
            public void onUnreachable() {
                heard.add(node + " unreachable");
            }
        };
    }

    private void await(Transport gateway) throws InterruptedException {
        while (!gateway.lineStats().orElseThrow().open()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
