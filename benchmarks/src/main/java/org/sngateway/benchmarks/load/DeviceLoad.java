// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many devices on one loop, as cheap as sockets allow.
 *
 * <p>Threading: the public face is for one caller off the loop; what {@link Device} uses is confined to the loop.
 */
final class DeviceLoad {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(3);
    private static final Duration DRAIN_STEP = Duration.ofMillis(50);

    private final LoadLoop loop;
    private final InetSocketAddress gateway;
    private final int payloadOctets;
    private final SourceAddresses sources;
    private final LoadStats stats = new LoadStats();
    private final ByteBuffer receiveBuffer = ByteBuffer.allocateDirect(SnFrames.MAX_FRAME_OCTETS);
    private int lastNumber;
    private boolean publishing;
    private @Nullable IOException socketFailure;
    private Consumer<Device> deliveredListener = device -> {};

    /**
     * @param gateway where all devices send to
     * @param payloadOctets of each message sent, 8..65000
     */
    DeviceLoad(LoadLoop loop, InetSocketAddress gateway, int payloadOctets, SourceAddresses sources) {
        this.loop = loop;
        this.gateway = gateway;
        this.payloadOctets = payloadOctets;
        this.sources = sources;
    }

    /** New devices that have done nothing yet. */
    List<Device> create(int count, Device.Role role) {
        List<Device> devices = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            devices.add(new Device(this, ++lastNumber, role));
        }
        return devices;
    }

    /** Connects and prepares the devices. */
    Handshakes.Outcome join(List<Device> devices, int maxOutstanding, Duration limit)
            throws LoadFailure, InterruptedException {
        return handshake(devices, maxOutstanding, Device::join, limit);
    }

    /** Ends the devices' sessions. */
    Handshakes.Outcome leave(List<Device> devices, int maxOutstanding, Duration limit)
            throws LoadFailure, InterruptedException {
        return handshake(devices, maxOutstanding, Device::leave, limit);
    }

    /** Lets each device publish with QoS 1, the next message as soon as the one before is acknowledged. */
    void startUplinkQos1(List<Device> devices) throws LoadFailure, InterruptedException {
        loop.call(() -> {
            publishing = true;
            long now = LoadClock.nanos();
            devices.forEach(device -> device.publishQos1(now));
            return 0;
        });
    }

    /**
     * Lets what is in flight come home.
     *
     * @return how many messages were still unacknowledged after 3 s
     */
    int stopUplinkQos1(List<Device> devices) throws LoadFailure, InterruptedException {
        loop.call(() -> publishing = false);
        long deadline = LoadClock.nanos() + DRAIN_LIMIT.toNanos();
        int open = unacknowledged(devices);
        while (open > 0 && LoadClock.nanos() - deadline < 0) {
            LoadClock.pause(DRAIN_STEP);
            open = unacknowledged(devices);
        }
        return open;
    }

    /** A consistent copy of the counters; the histogram starts afresh. */
    LoadStats cutStats() throws LoadFailure, InterruptedException {
        return loop.call(stats::cut);
    }

    /** Repeats unanswered messages of these devices from now on. */
    void supervise(List<Device> devices) throws LoadFailure, InterruptedException {
        loop.call(() -> {
            loop.addTick(now -> devices.forEach(device -> device.onTick(now)));
            return 0;
        });
    }

    /** Closes the devices' sockets; their sessions stay. */
    void close(List<Device> devices) throws LoadFailure, InterruptedException {
        loop.call(() -> {
            devices.forEach(Device::close);
            return 0;
        });
    }

    LoadLoop loop() {
        return loop;
    }

    // For devices, on the loop.

    LoadStats stats() {
        return stats;
    }

    InetSocketAddress gateway() {
        return gateway;
    }

    int payloadOctets() {
        return payloadOctets;
    }

    SourceAddresses sources() {
        return sources;
    }

    ByteBuffer receiveBuffer() {
        return receiveBuffer;
    }

    boolean isPublishing() {
        return publishing;
    }

    /** A device could not open its socket; for want of descriptors, most likely. */
    void onSocketFailure(IOException failure) {
        socketFailure = failure;
    }

    void onDelivered(Device device) {
        deliveredListener.accept(device);
    }

    /** Loop only. */
    void deliveredListener(Consumer<Device> listener) {
        deliveredListener = listener;
    }

    private int unacknowledged(List<Device> devices) throws LoadFailure, InterruptedException {
        return loop.call(
                () -> (int) devices.stream().filter(Device::awaitsPubAck).count());
    }

    private Handshakes.Outcome handshake(List<Device> devices, int maxOutstanding, Handshakes.Step step, Duration limit)
            throws LoadFailure, InterruptedException {
        Handshakes handshakes = loop.call(() -> {
            Handshakes created = new Handshakes(devices, maxOutstanding, step);
            loop.addTick(created);
            created.advance();
            return created;
        });
        try {
            Handshakes.Outcome outcome = loop.await(handshakes.outcome(), limit.toSeconds());
            Optional<IOException> failure = loop.call(() -> Optional.ofNullable(socketFailure));
            if (failure.isPresent()) {
                throw new LoadFailure("a device cannot open its socket: " + failure.get(), failure.get());
            }
            return outcome;
        } finally {
            loop.execute(() -> loop.removeTick(handshakes));
        }
    }
}
