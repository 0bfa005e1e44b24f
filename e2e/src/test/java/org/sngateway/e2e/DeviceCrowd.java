// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** Very many devices, each with a socket of its own, that do the same together: send something, and wait until each is answered. */
final class DeviceCrowd implements AutoCloseable {
    /** What does not overflow a receive buffer. */
    private static final int AT_ONCE = 250;

    private static final Duration REPEAT = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 15;

    private final Selector selector = Selector.open();
    private final List<DatagramChannel> channels = new ArrayList<>();
    private final ByteBuffer scratch = ByteBuffer.allocate(2_048);

    DeviceCrowd(int count, InetSocketAddress gateway) throws IOException {
        for (int i = 0; i < count; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channels.add(channel);
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channel.connect(gateway);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, i);
        }
    }

    /** Lets each device send its message until something comes back; a device without a message does nothing. */
    void all(IntPredicate takesPart, IntFunction<SnMessage> message) throws IOException {
        List<Integer> devices = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            if (takesPart.test(i)) {
                devices.add(i);
            }
        }
        for (int from = 0; from < devices.size(); from += AT_ONCE) {
            exchange(devices.subList(from, Math.min(devices.size(), from + AT_ONCE)), message);
        }
    }

    private void exchange(List<Integer> devices, IntFunction<SnMessage> message) throws IOException {
        Set<Integer> unanswered = new HashSet<>(devices);
        for (int attempt = 0; attempt < ATTEMPTS && !unanswered.isEmpty(); attempt++) {
            for (int device : unanswered) {
                send(device, message.apply(device));
            }
            long end = System.nanoTime() + REPEAT.toNanos();
            while (!unanswered.isEmpty() && System.nanoTime() < end) {
                selector.select(key -> unanswered.remove(drained(key)), REPEAT.toMillis());
            }
        }
        if (!unanswered.isEmpty()) {
            throw new AssertionError(unanswered.size() + " devices got no answer");
        }
    }

    private int drained(SelectionKey key) {
        try {
            do {
                scratch.clear();
            } while (((DatagramChannel) key.channel()).read(scratch) > 0);
        } catch (IOException refused) {
            // The gateway is not there yet or any more; the device repeats.
        }
        return (Integer) key.attachment();
    }

    /** Sends and waits for nothing. */
    void send(int device, SnMessage message) throws IOException {
        ByteBuf frame = Unpooled.buffer(64);
        SnCodec.encode(message, frame);
        channels.get(device).write(frame.nioBuffer());
    }

    @Override
    public void close() throws IOException {
        selector.close();
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
