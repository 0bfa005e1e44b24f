// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;

/**
 * A listener without a network: a test plays the devices. Messages both ways are encoded and decoded, so what a real transport could
 * not carry does not get through here either.
 *
 * <p>Frames of an address arrive at the first port, or at the one given to {@link #attach}; they are delivered at once, so the port's
 * loop must be the test's own.
 */
public final class FakeTransport implements Transport {
    /** A message that was sent to a device. */
    public record Sent(DeviceAddress to, SnMessage message) {}

    /** A message that was sent to all devices in reach. */
    public record Broadcast(SnMessage message, int radius) {}

    private static final int DEFAULT_MAX_FRAME_OCTETS = 1400;
    private static final int FIRST_DEVICE_PORT = 10_000;

    private final int listener;
    private final int maxFrameOctets;
    private final Map<DeviceAddress, Integer> portOf = new HashMap<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Deque<Broadcast> broadcasts = new ArrayDeque<>();
    private List<Port> ports = List.of();
    private boolean closed;
    private long framesIn;
    private long octetsIn;
    private long framesOut;
    private long octetsOut;
    private long sendFailures;
    private long nanosPerOctet;

    /** Listener 0, frames of up to 1400 octets. */
    public FakeTransport() {
        this(0, DEFAULT_MAX_FRAME_OCTETS);
    }

    public FakeTransport(int listener, int maxFrameOctets) {
        this.listener = listener;
        this.maxFrameOctets = maxFrameOctets;
    }

    /** The address of device {@code number}, 0..55535, on this listener; always the same for the same number. */
    public DeviceAddress address(int number) {
        try {
            InetAddress host = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
            return new DeviceAddress.Udp(listener, new InetSocketAddress(host, FIRST_DEVICE_PORT + number));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes the frames of {@code from} arrive at port {@code index}, counted from 0 in the order the ports were opened. */
    public void attach(DeviceAddress from, int index) {
        portOf.put(from, index);
    }

    /** A device sends {@code message}. */
    public void receive(DeviceAddress from, SnMessage message) {
        receive(from, encode(message));
    }

    /** A device sends octets, whatever they are. */
    public void receive(DeviceAddress from, Payload octets) {
        Port port = receiving(portOf.getOrDefault(from, 0), octets);
        port.listener().onFrame(from, decode(octets));
    }

    /** Somebody sends {@code message} to all gateways in reach; it arrives at the first port. */
    public void receiveBroadcast(DeviceAddress from, SnMessage message) {
        receiveBroadcast(from, encode(message));
    }

    /** Somebody sends octets to all gateways in reach, whatever they are; they arrive at the first port. */
    public void receiveBroadcast(DeviceAddress from, Payload octets) {
        Port port = receiving(0, octets);
        port.listener().onBroadcast(from, decode(octets));
    }

    private Port receiving(int index, Payload octets) {
        if (ports.isEmpty() || closed) {
            throw new IllegalStateException("the transport is not open");
        }
        Port port = ports.get(index);
        port.loop().assertOwner();
        framesIn++;
        octetsIn += octets.length();
        return port;
    }

    private static DecodeResult decode(Payload octets) {
        return SnCodec.decode(Unpooled.wrappedBuffer(octets.toByteArray()), Sender.DEVICE);
    }

    /** What was sent and not taken yet, oldest first. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** What was sent to {@code to} and not taken yet, oldest first. */
    public List<SnMessage> sentTo(DeviceAddress to) {
        List<SnMessage> messages = new ArrayList<>();
        for (Sent one : sent) {
            if (one.to().equals(to)) {
                messages.add(one.message());
            }
        }
        return messages;
    }

    /** Takes the oldest message that was sent to {@code to} and not taken yet; null when there is none. */
    public @Nullable SnMessage poll(DeviceAddress to) {
        for (Iterator<Sent> each = sent.iterator(); each.hasNext(); ) {
            Sent one = each.next();
            if (one.to().equals(to)) {
                each.remove();
                return one.message();
            }
        }
        return null;
    }

    /** Takes the oldest broadcast that was not taken yet; null when there is none. */
    public @Nullable Broadcast pollBroadcast() {
        return broadcasts.poll();
    }

    /** Makes this a slow line, on which a message takes this long for each octet; nothing waits on it. */
    public void slowDown(long nanosPerOctetOfLine) {
        nanosPerOctet = nanosPerOctetOfLine;
    }

    @Override
    public long sendingNanos(int octets) {
        return octets * nanosPerOctet;
    }

    /** Forgets what was sent. */
    public void clearSent() {
        sent.clear();
        broadcasts.clear();
    }

    @Override
    public CompletionStage<String> open(List<Port> ports) {
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("ports is empty, needed is 1 or more");
        }
        this.ports = List.copyOf(ports);
        return CompletableFuture.completedFuture("fake:" + listener);
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (to.listener() != listener) {
            throw new IllegalArgumentException(to + " is not an address of listener " + listener);
        }
        if (leaves(message)) {
            sent.add(new Sent(to, message));
        }
    }

    @Override
    public void broadcast(SnMessage message, int radius) {
        if (leaves(message)) {
            broadcasts.add(new Broadcast(message, radius));
        }
    }

    private boolean leaves(SnMessage message) {
        if (ports.stream().noneMatch(port -> port.loop().isOwner())) {
            throw new IllegalStateException("sent off the listener's loops");
        }
        Payload octets = encode(message);
        if (closed || octets.length() > maxFrameOctets) {
            sendFailures++;
            return false;
        }
        DecodeResult decoded = SnCodec.decode(Unpooled.wrappedBuffer(octets.toByteArray()), Sender.GATEWAY);
        if (!decoded.equals(new DecodeResult.Decoded(message))) {
            throw new AssertionError("a device would read " + message + " as " + decoded);
        }
        framesOut++;
        octetsOut += octets.length();
        return true;
    }

    @Override
    public int maxFrameOctets() {
        return maxFrameOctets;
    }

    @Override
    public TransportStats stats() {
        return new TransportStats(framesIn, octetsIn, framesOut, octetsOut, sendFailures, 0);
    }

    @Override
    public CompletionStage<Void> close() {
        closed = true;
        return CompletableFuture.completedFuture(null);
    }

    private static Payload encode(SnMessage message) {
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        return Payload.read(frame, frame.readableBytes());
    }
}
