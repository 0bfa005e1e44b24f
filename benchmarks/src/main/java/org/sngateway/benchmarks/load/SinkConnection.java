// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One TCP connection of a {@link CountingSink}: moves octets between channel and {@link SinkSession}; confined to the sink's loop. */
final class SinkConnection implements LoadLoop.ReadyHandler {
    private static final byte[] NOTHING = {};

    private final CountingSink sink;
    private final SocketChannel channel;
    private final SinkSession session;
    private @Nullable SelectionKey key;
    private byte[] cutPacket = NOTHING;

    SinkConnection(CountingSink sink, SocketChannel channel, SinkSession session) {
        this.sink = sink;
        this.channel = channel;
        this.session = session;
    }

    void registeredAs(SelectionKey registered) {
        key = registered;
    }

    SinkSession session() {
        return session;
    }

    @Override
    public void onReady(SelectionKey ready) {
        if (ready.isWritable()) {
            sink.hasUnwritten(this);
        }
        if (ready.isReadable()) {
            read();
        }
    }

    void deliver(DownlinkTopic topic, int qos, long sequence) {
        try {
            session.deliver(topic, qos, sequence);
            sink.hasUnwritten(this);
        } catch (MqttViolation e) {
            sink.hasFailed(e);
            close();
        }
    }

    private void read() {
        try {
            ByteBuffer buffer = sink.readBuffer().clear().put(cutPacket);
            boolean peerClosed = channel.read(buffer) < 0;
            buffer.flip();
            session.onOctets(buffer);
            cutPacket = rest(buffer);
            sink.hasRead();
            if (peerClosed) {
                close();
            } else {
                sink.hasUnwritten(this);
            }
        } catch (MqttViolation e) {
            sink.hasFailed(e);
            close();
        } catch (IOException e) {
            close();
        }
    }

    /** Writes what is waiting and asks to be called when the channel did not take all of it. */
    void write() {
        if (!channel.isOpen() || key == null) {
            return;
        }
        try {
            boolean complete = session.out().isEmpty() || session.out().writeTo(channel);
            if (complete && session.isEnded()) {
                close();
            } else {
                interest(complete ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
        } catch (IOException e) {
            close();
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closed for us either way.
        }
        sink.hasClosed(this);
    }

    private void interest(int operations) {
        if (key != null && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    private static byte[] rest(ByteBuffer buffer) {
        if (!buffer.hasRemaining()) {
            return NOTHING;
        }
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return rest;
    }
}
