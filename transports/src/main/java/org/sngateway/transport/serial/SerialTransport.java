// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Rejection;

/**
 * MQTT-SN over one serial line: to the device at its end, or through an XBee module to each of the nodes that the module reaches.
 *
 * <p>The line is served by threads of its own, see {@link SerialLine}. Its frames all go to one port, chosen by the listener's number; when
 * that port's loop is {@value #MAX_POSTED} frames behind, the line is not read any further. To open the listener the serial port need not
 * be there.
 *
 * <p>{@link #open}, {@link #stats} and {@link #close} may be called from any thread.
 */
public final class SerialTransport implements Transport {
    private static final int MAX_POSTED = 1024;

    private final SerialTransportConfig config;
    private final LineEnd end;
    private final SerialLine line;
    private final Semaphore postable = new Semaphore(MAX_POSTED);
    private volatile List<Port> ports = List.of();
    private volatile @Nullable Port port;

    private final LongAdder framesIn = new LongAdder();
    private final LongAdder octetsIn = new LongAdder();
    private final LongAdder framesOut = new LongAdder();
    private final LongAdder octetsOut = new LongAdder();
    private final LongAdder sendFailures = new LongAdder();

    /** @param clock monotonic nanoseconds */
    public SerialTransport(SerialTransportConfig config, SerialPorts serialPorts, LongSupplier clock) {
        this(config, serialPorts, clock, SerialLine.RETRY);
    }

    SerialTransport(SerialTransportConfig config, SerialPorts serialPorts, LongSupplier clock, SerialLine.Retry retry) {
        this.config = config;
        this.end = config.framing().isXbee() ? new XbeeModule(config.port()) : new LineEnd.Direct();
        this.line = new SerialLine(
                serialPorts,
                config.port(),
                config.line(),
                config.framing(),
                config.maxFrameOctets() + end.overheadOctets(),
                config.queueOctets(),
                clock,
                new Receiver(),
                retry);
    }

    /**
     * {@inheritDoc} It completes at once, whether or not the serial port is there.
     *
     * @throws IllegalArgumentException when there are no ports
     * @throws IllegalStateException when called a second time
     */
    @Override
    public CompletionStage<String> open(List<Port> ports) {
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("ports is empty, needed is 1 or more");
        }
        this.ports = List.copyOf(ports);
        this.port = ports.get(config.listener() % ports.size());
        line.start();
        return CompletableFuture.completedFuture(config.name());
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (!(to instanceof DeviceAddress.Serial address) || address.listener() != config.listener()) {
            throw new IllegalArgumentException(to + " is not an address of serial listener " + config.listener());
        }
        assertOwner();
        byte[] frame = encode(message);
        if (frame != null) {
            send(end.toNode(address.node(), frame), frame.length);
        }
    }

    /** {@inheritDoc} On a line to one device that is to send it. */
    @Override
    public void broadcast(SnMessage message, int radius) {
        assertOwner();
        byte[] frame = encode(message);
        if (frame != null) {
            send(end.toAll(frame, radius), frame.length);
        }
    }

    private void assertOwner() {
        for (Port each : ports) {
            if (each.loop().isOwner()) {
                return;
            }
        }
        throw new IllegalStateException(
                "sent off the listener's loops by " + Thread.currentThread().getName());
    }

    /** Null when it is too long. */
    private byte @Nullable [] encode(SnMessage message) {
        int octets = SnCodec.encodedOctets(message);
        if (octets > config.maxFrameOctets()) {
            sendFailures.increment();
            return null;
        }
        ByteBuf frame = Unpooled.buffer(octets);
        SnCodec.encode(message, frame);
        return ByteBufUtil.getBytes(frame);
    }

    private void send(byte[] body, int frameOctets) {
        if (line.send(body)) {
            framesOut.increment();
            octetsOut.add(frameOctets);
        } else {
            sendFailures.increment();
        }
    }

    @Override
    public int maxFrameOctets() {
        return config.maxFrameOctets();
    }

    @Override
    public long sendingNanos(int octets) {
        return line.sendingNanos(octets + end.overheadOctets());
    }

    @Override
    public TransportStats stats() {
        return new TransportStats(
                framesIn.sum(), octetsIn.sum(), framesOut.sum(), octetsOut.sum(), sendFailures.sum(), -1);
    }

    @Override
    public Optional<LineStats> lineStats() {
        return Optional.of(new LineStats(
                line.isOpen(),
                line.opens(),
                line.failedOpens(),
                line.rejections(),
                line.dropped(),
                end.undelivered(),
                line.faults()));
    }

    /** {@inheritDoc} What was sent before gets a second to leave. Idempotent. */
    @Override
    public CompletionStage<Void> close() {
        postable.release(MAX_POSTED); // a reader that waits for a loop that is not coming back
        return line.close();
    }

    /** On the line's thread. */
    private final class Receiver implements FrameSink {
        @Override
        public void onFrame(byte[] body) {
            LineEnd.Arrival arrival = end.receive(body);
            Port to = port;
            if (arrival == null || to == null) {
                return;
            }
            framesIn.increment();
            octetsIn.add(arrival.frame().length());
            DeviceAddress from = new DeviceAddress.Serial(config.listener(), config.port(), arrival.node());
            DecodeResult frame =
                    SnCodec.decode(Unpooled.wrappedBuffer(arrival.frame().asReadOnlyBuffer()), Sender.DEVICE);
            postable.acquireUninterruptibly();
            to.loop().execute(() -> {
                postable.release();
                if (arrival.broadcast()) {
                    to.listener().onBroadcast(from, frame);
                } else {
                    to.listener().onFrame(from, frame);
                }
            });
        }

        @Override
        public void onRejected(Rejection rejection) {
            // counted by the line
        }
    }
}
