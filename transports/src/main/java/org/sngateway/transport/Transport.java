// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One listener: moves frames between devices and the gateway's shards.
 *
 * <p>A transport is opened with one {@link Port} per shard. It delivers each frame, decoded, to the listener of exactly one
 * port, on that port's loop, and all frames of one device address to the same port for as long as the listener is open.
 * {@link #send} may be called on any port's loop, so the shard that owns a session can answer a device whose frames come in
 * on another.
 *
 * <p>How the other transports fit:
 * <ul>
 *   <li>DTLS wraps a UDP port on the same loop. Its address carries the verified identity and, with a connection id, stays
 *       the same when the peer's IP address or port changes.
 *   <li>A serial line has one blocking reader thread that cuts frames and posts them to one port; its address is the listener
 *       plus, for radio modems, the node's address. {@code send} puts the frame into a bounded queue that a writer drains.
 *   <li>A forwarder is no listener of its own: {@code transport.forwarder} turns an encapsulated frame into an inner frame
 *       whose address is (forwarder's address, wireless node id) and wraps what is sent to such an address.
 * </ul>
 */
public interface Transport {
    /**
     * A shard's side of the transport.
     *
     * @param gate which datagrams are looked at; not asked by transports without datagrams, whose peers have no address of their own
     */
    record Port(OwnerLoop loop, FrameListener listener, SourceGate gate) {
        /** One that takes all. */
        public Port(OwnerLoop loop, FrameListener listener) {
            this(loop, listener, SourceGate.OPEN);
        }
    }

    /**
     * Binds and starts to deliver frames.
     *
     * @return completes with the bound address as a person would write it ({@code udp:0.0.0.0:1884}); exceptionally, with an
     *     {@link java.io.IOException} that names the address, when it cannot be bound
     */
    CompletionStage<String> open(List<Port> ports);

    /**
     * Sends a message, without waiting and without a promise that it arrives; what is sent within one turn of the loop leaves
     * together. A message over {@link #maxFrameOctets} is dropped and counted.
     *
     * @param to an address that this transport delivered a frame from
     * @throws IllegalStateException when not on the loop of one of the ports
     */
    void send(DeviceAddress to, SnMessage message);

    /**
     * Sends a message to all devices in reach, known or not (MQTT-SN 1.2 §6.1), without a promise that it arrives. Does nothing where a
     * transport has no means to, or was given none.
     *
     * @param radius how many hops the message goes in a network that counts them, 0..255; 0 is the whole network. UDP does not use
     *     it: how far a datagram goes is the listener's configuration
     * @throws IllegalStateException when not on the loop of one of the ports
     */
    default void broadcast(SnMessage message, int radius) {}

    /** The largest frame in octets that can be sent or received. */
    int maxFrameOctets();

    /**
     * How long it takes until a message that is sent now has left, behind what was sent before it: on a slow line that is more than the
     * time after which an answer would be missed. May be called from any thread.
     *
     * @param octets the size of the message
     * @return nanoseconds, 0 or more; 0 where messages leave at once
     */
    default long sendingNanos(int octets) {
        return 0;
    }

    /** Counters since opening; may be called from any thread. */
    TransportStats stats();

    /** How the line is doing, where there is one; may be called from any thread. */
    default Optional<LineStats> lineStats() {
        return Optional.empty();
    }

    /** Stops; the stage completes when the sockets are closed. */
    CompletionStage<Void> close();
}
