// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT 5 server on loopback that counts what it is sent and publishes what it is told to, at very little cost.
 *
 * <p>All connections share one read buffer; what is written within a turn of the loop (one PUBACK for each PUBLISH read, for
 * one) leaves in one write. Threading: confined to its loop, except {@link #open}, {@link #port} and {@link #counters}.
 */
final class CountingSink {
    private static final Logger LOG = LoggerFactory.getLogger(CountingSink.class);

    private final LoadLoop loop;
    private final ServerSocketChannel server;
    private final int port;
    private final int receiveMaximum;
    private final SinkCounters counters = new SinkCounters();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(2 * SinkSession.MAX_PACKET_OCTETS);
    private final Set<SinkConnection> connections = new LinkedHashSet<>();
    private final Set<SinkConnection> unwritten = new LinkedHashSet<>();
    private long subscriptionsVersion;
    private int lastClientNumber;
    private boolean away;
    private Runnable progressListener = () -> {};

    private CountingSink(LoadLoop loop, ServerSocketChannel server, int receiveMaximum) throws IOException {
        this.loop = loop;
        this.server = server;
        this.port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        this.receiveMaximum = receiveMaximum;
    }

    /**
     * Listens on 127.0.0.1.
     *
     * @param port 0 for any
     * @param receiveMaximum 1..65535, what CONNACK tells the gateway
     */
    static CountingSink open(LoadLoop loop, int port, int receiveMaximum) throws LoadFailure, InterruptedException {
        return loop.call(() -> {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                server.bind(Loopback.port(port), 1024);
                CountingSink sink = new CountingSink(loop, server, receiveMaximum);
                loop.register(server, SelectionKey.OP_ACCEPT, key -> sink.accept());
                loop.atTurnEnd(sink::writeAll);
                return sink;
            } catch (IOException e) {
                server.close();
                throw e;
            }
        });
    }

    int port() {
        return port;
    }

    /** A consistent copy of the counters. */
    SinkCounters counters() throws LoadFailure, InterruptedException {
        return loop.call(counters::copy);
    }

    /** Connections with a CONNACK that are still open. */
    int openConnections() throws LoadFailure, InterruptedException {
        return loop.call(() -> (int) connections.stream()
                .filter(connection -> connection.session().isConnected())
                .count());
    }

    /** Loop only: messages below the root counted so far. */
    long publishes() {
        return counters.publishes;
    }

    /** Loop only: called once for each batch of octets read. */
    void onProgress(Runnable listener) {
        progressListener = listener;
    }

    /**
     * Loop only: publishes to each subscriber of the topic.
     *
     * @return how many there are
     */
    int publish(DownlinkTopic topic, int qos, long sequence) {
        List<DownlinkTopic.Subscriber> subscribers = topic.subscribers(subscriptionsVersion, connections);
        for (DownlinkTopic.Subscriber subscriber : subscribers) {
            subscriber.connection().deliver(topic, Math.min(qos, subscriber.grantedQos()), sequence);
        }
        return subscribers.size();
    }

    /** Closes every connection, and each new one at once, until {@link #comeBack}; the port stays its own. */
    void goAway() throws LoadFailure, InterruptedException {
        loop.call(() -> {
            away = true;
            Set.copyOf(connections).forEach(SinkConnection::close);
            return 0;
        });
    }

    /** Serves connections again. */
    void comeBack() throws LoadFailure, InterruptedException {
        loop.call(() -> away = false);
    }

    /** Stops listening and closes every connection. */
    void close() throws LoadFailure, InterruptedException {
        loop.call(() -> {
            server.close();
            Set.copyOf(connections).forEach(SinkConnection::close);
            return 0;
        });
    }

    private void accept() {
        try {
            SocketChannel channel = server.accept();
            if (channel != null && away) {
                channel.close();
            } else if (channel != null) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                SinkSession session = new SinkSession(
                        receiveMaximum, "sink-" + ++lastClientNumber, counters, this::forgetSubscribers);
                SinkConnection connection = new SinkConnection(this, channel, session);
                connection.registeredAs(loop.register(channel, SelectionKey.OP_READ, connection));
                connections.add(connection);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot accept a connection", e);
        }
    }

    private void writeAll() {
        if (!unwritten.isEmpty()) {
            for (SinkConnection connection : unwritten) {
                connection.write();
            }
            unwritten.clear();
        }
    }

    private void forgetSubscribers() {
        subscriptionsVersion++;
    }

    // For connections.

    ByteBuffer readBuffer() {
        return readBuffer;
    }

    void hasUnwritten(SinkConnection connection) {
        unwritten.add(connection);
    }

    void hasRead() {
        progressListener.run();
    }

    void hasFailed(MqttViolation violation) {
        counters.protocolErrors++;
        LOG.atWarn().addKeyValue("reason", violation.getMessage()).log("sink connection closed");
    }

    void hasClosed(SinkConnection connection) {
        connections.remove(connection);
        forgetSubscribers();
    }
}
