// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.serial;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.SerialLine;
import org.sngateway.transport.serial.SerialTransport;
import org.sngateway.transport.serial.SerialTransportConfig;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Framing;
import org.sngateway.transport.serial.framing.Rejection;

/**
 * A null modem that is kept busy both ways, between a gateway's serial transport and a device that does nothing but send and count. One
 * thread.
 */
public final class LineLoad {
    private static final int QUEUE_OCTETS = 4096;
    private static final int PUBLISH_OCTETS = 7;
    private static final Duration POLL = Duration.ofMillis(2);

    private final LineSettings settings;
    private final Framing framing;
    private final int messageOctets;

    /**
     * Frames that have arrived within the time, and how many a line of this speed carries one way.
     *
     * @param fromDevice at the gateway's listener
     * @param toDevice at the device
     */
    public record Result(double fromDevice, double toDevice, double limit) {}

    /**
     * A load of one kind.
     *
     * @param framing one for a single device
     * @param messageOctets the size of the messages, 7..255
     * @throws IllegalArgumentException when the framing is an XBee module's
     */
    public LineLoad(LineSettings settings, Framing framing, int messageOctets) {
        if (framing.isXbee()) {
            throw new IllegalArgumentException(
                    "framing is " + framing.label() + ", allowed is slip, slip-crc16 or raw");
        }
        if (messageOctets < PUBLISH_OCTETS || messageOctets > 255) {
            throw new IllegalArgumentException("size is " + messageOctets + ", allowed is 7..255");
        }
        this.settings = settings;
        this.framing = framing;
        this.messageOctets = messageOctets;
    }

    /** Runs for {@code duration}; frames per second. */
    public Result run(Duration duration) throws InterruptedException {
        SimulatorClock clock = new SimulatorClock();
        NullModem modem = new NullModem(clock);
        AtomicLong atGateway = new AtomicLong();
        AtomicLong atDevice = new AtomicLong();
        Publish message = new Publish(
                false,
                Qos.AT_MOST_ONCE,
                false,
                new TopicRef.ShortName("ab"),
                0,
                Payload.utf8("x".repeat(messageOctets - PUBLISH_OCTETS)));
        byte[] frame = SerialNetwork.encode(message);
        SerialLine device = new SerialLine(
                modem, NullModem.FAR, settings, framing, 255, QUEUE_OCTETS, clock::nanoTime, counting(atDevice));
        Transport gateway = new SerialTransport(
                new SerialTransportConfig(0, NullModem.NEAR, settings, framing, 255, QUEUE_OCTETS),
                modem,
                clock::nanoTime);
        try (OwnerLoops loops = OwnerLoops.startNio(1)) {
            var unused = gateway.open(
                    List.of(new Transport.Port(loops.loops().get(0), (from, decoded) -> atGateway.incrementAndGet())));
            device.start();
            while (!device.isOpen() || !gateway.lineStats().orElseThrow().open()) {
                clock.pause(POLL);
            }
            DeviceAddress address = new DeviceAddress.Serial(0, NullModem.NEAR, Payload.EMPTY);
            long frameNanos = (long) framing.encode(frame).length * settings.nanosPerOctet();
            long end = clock.nanoTime() + duration.toNanos();
            while (clock.nanoTime() < end) {
                // ahead of the line by some frames, but never so far that the queue is full
                while (device.sendingNanos(0) < 10 * frameNanos && device.send(frame)) {
                    // more
                }
                loops.loops().get(0).execute(() -> {
                    while (gateway.sendingNanos(0) < 10 * frameNanos) {
                        gateway.send(address, message);
                    }
                });
                clock.pause(POLL);
            }
            double seconds = duration.toNanos() / 1e9;
            Result result = new Result(atGateway.get() / seconds, atDevice.get() / seconds, 1e9 / frameNanos);
            device.close().toCompletableFuture().join();
            gateway.close().toCompletableFuture().join();
            return result;
        }
    }

    private static FrameSink counting(AtomicLong frames) {
        return new FrameSink() {
            @Override
            public void onFrame(byte[] body) {
                frames.incrementAndGet();
            }

            @Override
            public void onRejected(Rejection rejection) {
                throw new IllegalStateException("a null modem does not garble: " + rejection);
            }
        };
    }
}
