// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.forwarder;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;

/** A transport whose peers may be forwarders: what they wrap is unwrapped, and what goes to their nodes is wrapped. */
public final class ForwarderTransport implements Transport {
    /** §5.5: towards a node the radius is the forwarder's affair; 0 is the whole network. */
    private static final int UNICAST_RADIUS = 0;

    private final Transport below;

    public ForwarderTransport(Transport below) {
        this.below = below;
    }

    @Override
    public CompletionStage<String> open(List<Port> ports) {
        return below.open(ports.stream()
                .map(port -> new Port(port.loop(), Unwrapping.before(port.listener()), port.gate()))
                .toList());
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (to instanceof DeviceAddress.Forwarded node) {
            below.send(node.forwarder(), new ForwarderEncapsulation(UNICAST_RADIUS, node.nodeId(), message));
        } else {
            below.send(to, message);
        }
    }

    /**
     * {@inheritDoc} Forwarders pass on in their own networks what they hear (§5.5 gives a broadcast no wireless node id to be wrapped
     * for), so it goes out as it is.
     */
    @Override
    public void broadcast(SnMessage message, int radius) {
        below.broadcast(message, radius);
    }

    @Override
    public int maxFrameOctets() {
        return below.maxFrameOctets();
    }

    @Override
    public long sendingNanos(int octets) {
        return below.sendingNanos(octets);
    }

    @Override
    public TransportStats stats() {
        return below.stats();
    }

    @Override
    public Optional<LineStats> lineStats() {
        return below.lineStats();
    }

    @Override
    public CompletionStage<Void> close() {
        return below.close();
    }

    /** Replaces the forwarder's address by the node's; a malformed message of a node is the node's, too. */
    private record Unwrapping(FrameListener frames, FrameListener broadcasts) implements FrameListener {
        static Unwrapping before(FrameListener listener) {
            return new Unwrapping(listener, listener::onBroadcast);
        }

        @Override
        public void onFrame(DeviceAddress from, DecodeResult frame) {
            unwrap(from, frame, frames);
        }

        @Override
        public void onBroadcast(DeviceAddress from, DecodeResult frame) {
            unwrap(from, frame, broadcasts);
        }

        private static void unwrap(DeviceAddress from, DecodeResult frame, FrameListener listener) {
            if (frame instanceof DecodeResult.Decoded decoded
                    && decoded.message() instanceof ForwarderEncapsulation wrapped) {
                listener.onFrame(node(from, wrapped), new DecodeResult.Decoded(wrapped.message()));
            } else if (frame instanceof DecodeResult.Malformed malformed
                    && malformed.reply() instanceof ForwarderEncapsulation wrapped) {
                listener.onFrame(
                        node(from, wrapped),
                        new DecodeResult.Malformed(
                                malformed.reason(), malformed.detail(), malformed.head(), wrapped.message()));
            } else {
                listener.onFrame(from, frame);
            }
        }

        private static DeviceAddress node(DeviceAddress forwarder, ForwarderEncapsulation wrapped) {
            return new DeviceAddress.Forwarded(forwarder, wrapped.nodeId());
        }
    }
}
