// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.SnMessage;

/** Sends what nobody wants at a steady rate, from loopback addresses of its own: random octets, and messages of peers without a session. */
final class JunkFlood implements AutoCloseable {
    private static final int MAX_OCTETS = 64;
    private static final int DIFFERENT = 1024;
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<DatagramChannel> sources = new ArrayList<>();
    private final List<ByteBuffer> datagrams = new ArrayList<>();
    private final int perSecond;
    private final Thread thread;
    private volatile boolean ended;
    private volatile @Nullable IOException failure;
    private long sent;
    private long nanos;

    /** Begins. */
    JunkFlood(InetSocketAddress gateway, int sourceCount, int perSecond, Random random) throws IOException {
        this.perSecond = perSecond;
        for (int i = 0; i < sourceCount; i++) {
            DatagramChannel source = DatagramChannel.open();
            sources.add(source);
            byte[] address = {127, (byte) (1 + i / 60_000), (byte) (1 + i / 250 % 240), (byte) (1 + i % 250)};
            source.bind(new InetSocketAddress(InetAddress.getByAddress(address), 0));
            source.connect(gateway);
            source.configureBlocking(false);
        }
        for (int i = 0; i < DIFFERENT; i++) {
            datagrams.add(junk(i, random));
        }
        thread = new Thread(this::run, "flood");
        thread.setDaemon(true);
        thread.start();
    }

    private static ByteBuffer junk(int number, Random random) {
        if (number % 8 == 0) {
            return encoded(new Connect(false, true, 60, "junk-" + number));
        }
        if (number % 8 == 1) {
            return encoded(new PingReq("device" + number));
        }
        byte[] octets = new byte[1 + random.nextInt(MAX_OCTETS)];
        random.nextBytes(octets);
        return ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    }

    private static ByteBuffer encoded(SnMessage message) {
        ByteBuf frame = Unpooled.buffer(MAX_OCTETS);
        SnCodec.encode(message, frame);
        return ByteBuffer.allocateDirect(frame.readableBytes())
                .put(frame.nioBuffer())
                .flip();
    }

    private void run() {
        long start = System.nanoTime();
        try {
            while (!ended) {
                long due = (System.nanoTime() - start) * perSecond / TimeUnit.SECONDS.toNanos(1);
                for (; sent < due; sent++) {
                    ByteBuffer datagram = datagrams.get((int) (sent % DIFFERENT));
                    sources.get((int) (sent % sources.size())).write(datagram.rewind());
                }
                LockSupport.parkNanos(TURN_NANOS);
            }
        } catch (IOException e) {
            failure = e;
        }
        nanos = System.nanoTime() - start;
    }

    /** Ends; how many it has sent in a second. */
    long end() throws IOException, InterruptedException {
        ended = true;
        thread.join();
        if (failure != null) {
            throw failure;
        }
        return sent * TimeUnit.SECONDS.toNanos(1) / nanos;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        for (DatagramChannel source : sources) {
            source.close();
        }
    }
}
