// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a broker and its clients, so that the broker can be cut off at one moment and killed a little later. Mosquitto saves its
 * state after it has answered; killed at once it would lose what it has just acknowledged, and the gateway be blamed for it.
 */
final class SeveredProxy implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean severed;

    SeveredProxy(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                attempts.incrementAndGet();
                connect(client);
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** How many connections clients have begun so far. */
    int attempts() {
        return attempts.get();
    }

    private void connect(Socket client) throws IOException {
        try {
            if (severed) {
                throw new IOException("severed");
            }
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(broker);
            start("up", () -> pump(client, broker));
            start("down", () -> pump(broker, client));
        } catch (IOException away) {
            client.close();
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] octets = new byte[16_384];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(octets); length >= 0; length = in.read(octets)) {
                if (!severed) {
                    out.write(octets, 0, length);
                }
            }
        } catch (IOException closed) {
            // The other direction ends, too.
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    /** From now on nothing gets through in either direction, and nobody notices yet. */
    void sever() {
        severed = true;
    }

    /** Closes all connections and lets new ones through. */
    void mend() {
        sockets.forEach(SeveredProxy::close);
        sockets.clear();
        severed = false;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        mend();
    }
}
