// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.OwnerLoop;

class ForwarderBroadcastTest {
    private static final DeviceAddress FORWARDER =
            new DeviceAddress.Udp(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000));
    private static final Payload NODE = Payload.wrap(new byte[] {1, 2});

    private final Below below = new Below();
    private final List<DeviceAddress> senders = new ArrayList<>();
    private final List<DecodeResult> frames = new ArrayList<>();
    private final ForwarderTransport transport = new ForwarderTransport(below);

    private FrameListener open() {
        var unused = transport.open(List.of(new Transport.Port(new NoLoop(), new FrameListener() {
            @Override
            public void onFrame(DeviceAddress from, DecodeResult frame) {
                throw new AssertionError("a broadcast became a frame for this gateway alone");
            }

            @Override
            public void onBroadcast(DeviceAddress from, DecodeResult frame) {
                senders.add(from);
                frames.add(frame);
            }
        })));
        return below.opened.get(0).listener();
    }

    @Test
    void shouldTellWhichNodeSentBroadcastThatForwarderWrapped() {
        DecodeResult search = new DecodeResult.Decoded(new SearchGw(1));
        open().onBroadcast(FORWARDER, new DecodeResult.Decoded(new ForwarderEncapsulation(0, NODE, new SearchGw(1))));
        assertThat(senders).containsExactly(new DeviceAddress.Forwarded(FORWARDER, NODE));
        assertThat(frames).containsExactly(search);
    }

    @Test
    void shouldPassOnBroadcastThatIsNotWrapped() {
        DecodeResult search = new DecodeResult.Decoded(new SearchGw(1));
        open().onBroadcast(FORWARDER, search);
        assertThat(senders).containsExactly(FORWARDER);
        assertThat(frames).containsExactly(search);
    }

    @Test
    void shouldSendBroadcastAsItIs() {
        open();
        transport.broadcast(new Advertise(7, 900), 2);
        assertThat(below.broadcast).isEqualTo(new Advertise(7, 900));
        assertThat(below.radius).isEqualTo(2);
    }

    private static final class Below implements Transport {
        private List<Port> opened = List.of();
        private @Nullable SnMessage broadcast;
        private int radius;

        @Override
        public CompletionStage<String> open(List<Port> ports) {
            opened = ports;
            return CompletableFuture.completedFuture("below");
        }

        @Override
        public void broadcast(SnMessage message, int radius) {
            this.broadcast = message;
            this.radius = radius;
        }

        @Override
        public void send(DeviceAddress to, SnMessage message) {
            throw new AssertionError("unexpected");
        }

        @Override
        public int maxFrameOctets() {
            return 64;
        }

        @Override
        public TransportStats stats() {
            return new TransportStats(0, 0, 0, 0, 0, 0);
        }

        @Override
        public CompletionStage<Void> close() {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** The test's own thread; nothing is posted. */
    private static final class NoLoop implements OwnerLoop {
        @Override
        public boolean isOwner() {
            return true;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public ReusableTimer timer(Runnable onDue) {
            throw new AssertionError("unexpected");
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            throw new AssertionError("unexpected");
        }

        @Override
        public void execute(Runnable task) {
            throw new AssertionError("unexpected");
        }
    }
}
