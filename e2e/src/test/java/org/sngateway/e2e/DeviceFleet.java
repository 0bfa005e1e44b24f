// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** Many devices, each with a socket of its own, on one thread. Each publishes at a steady rate and takes what comes. */
final class DeviceFleet implements AutoCloseable {
    private static final int TURN_MILLIS = 10;

    private final CrashLedger ledger;
    private final Selector selector;
    private final List<FleetDevice> devices = new ArrayList<>();
    private volatile boolean loading = true;
    private volatile boolean ended;

    /**
     * Starts the devices; they connect and subscribe at once.
     *
     * @param every from one message of a device to its next, if that is acknowledged by then
     */
    DeviceFleet(int count, InetSocketAddress gateway, CrashLedger ledger, Duration every, Random random)
            throws IOException {
        this.ledger = ledger;
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channel.connect(gateway);
            channel.configureBlocking(false);
            long phase = (long) (random.nextDouble() * every.toNanos());
            FleetDevice device =
                    new FleetDevice("device%03d".formatted(i), i % 2 == 0, every, phase, ledger, to(channel));
            channel.register(selector, SelectionKey.OP_READ, device);
            devices.add(device);
        }
        Thread thread = new Thread(this::run, "fleet");
        thread.setDaemon(true);
        thread.start();
    }

    private static FleetDevice.Wire to(DatagramChannel channel) {
        return message -> {
            ByteBuf frame = Unpooled.buffer(64);
            SnCodec.encode(message, frame);
            try {
                channel.write(frame.nioBuffer());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private void run() {
        ByteBuffer octets = ByteBuffer.allocate(2_048);
        try (selector) {
            while (!ended) {
                selector.select(TURN_MILLIS);
                for (SelectionKey key : selector.selectedKeys()) {
                    receive((DatagramChannel) key.channel(), (FleetDevice) key.attachment(), octets);
                }
                selector.selectedKeys().clear();
                long now = System.nanoTime();
                for (FleetDevice device : devices) {
                    device.onTurn(now, loading);
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException | RuntimeException failure) {
            ledger.violation("the devices have failed: " + failure);
        }
    }

    private static void receive(DatagramChannel channel, FleetDevice device, ByteBuffer octets) throws IOException {
        octets.clear();
        while (channel.read(octets) > 0) {
            DecodeResult result = SnCodec.decode(Unpooled.wrappedBuffer(octets.flip()), Sender.GATEWAY);
            SnMessage message = ((DecodeResult.Decoded) result).message();
            device.onMessage(message, System.nanoTime());
            octets.clear();
        }
    }

    List<FleetDevice> devices() {
        return devices;
    }

    boolean isReady() {
        return devices.stream().allMatch(FleetDevice::isReady);
    }

    /** They publish nothing new, but bring to an end what they have begun, and still take what comes. */
    void beQuiet() {
        loading = false;
    }

    /** Whether all that they have begun is acknowledged. */
    boolean isIdle() {
        return devices.stream().allMatch(FleetDevice::isIdle);
    }

    /** Their thread closes the sockets. */
    @Override
    public void close() {
        ended = true;
        selector.wakeup();
    }
}
