// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.sngateway.codec.message.Payload;

/** Stands before a port of this machine and makes it as far away as a network would: each octet takes a while, in either direction. */
final class DelayingProxy implements AutoCloseable {
    private record Chunk(Payload octets, long dueNanos) {}

    private final ServerSocket server;
    private final int target;
    private final Duration delay;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** @param delay one way */
    DelayingProxy(int target, Duration delay) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        this.delay = delay;
        start("accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "delaying-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
                for (Socket socket : List.of(client, broker)) {
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                }
                pass(client, broker);
                pass(broker, client);
            }
        } catch (IOException closed) {
            close();
        }
    }

    private void pass(Socket from, Socket to) throws IOException {
        BlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>();
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        start("read", () -> read(in, underWay));
        start("write", () -> write(underWay, out));
    }

    private void read(InputStream in, BlockingQueue<Chunk> underWay) {
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                byte[] octets = Arrays.copyOf(buffer, length);
                underWay.add(new Chunk(Payload.wrap(octets), System.nanoTime() + delay.toNanos()));
            }
        } catch (IOException closed) {
            // What is told below.
        }
        underWay.add(new Chunk(Payload.EMPTY, System.nanoTime()));
    }

    private static void write(BlockingQueue<Chunk> underWay, OutputStream out) {
        try (out) {
            for (Chunk next = underWay.take(); !next.octets.isEmpty(); next = underWay.take()) {
                TimeUnit.NANOSECONDS.sleep(next.dueNanos - System.nanoTime());
                out.write(next.octets.toByteArray());
            }
        } catch (IOException closed) {
            // The other side has gone.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
