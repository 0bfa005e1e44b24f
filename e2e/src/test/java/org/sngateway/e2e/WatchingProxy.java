// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Stands between the gateway and a broker (MQTT 5) and tells of every PUBLISH of the broker that the gateway has acknowledged. The connection
 * for retained messages does not count: the copies of other messages that it gets are for nobody.
 */
final class WatchingProxy implements AutoCloseable {
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;

    private final ServerSocket server;
    private final int target;
    private final Consumer<String> acknowledged;

    /** @param acknowledged is given the payload as text */
    WatchingProxy(int target, Consumer<String> acknowledged) throws IOException {
        this.target = target;
        this.acknowledged = acknowledged;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "watching-proxy");
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
                try {
                    Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
                    client.setTcpNoDelay(true);
                    broker.setTcpNoDelay(true);
                    Connection connection = new Connection();
                    start(() -> pump(client, broker, connection::onPacketUp));
                    start(() -> pump(broker, client, connection::onPacketDown));
                } catch (IOException away) {
                    client.close();
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** A packet without its length. */
    private record Packet(int first, ByteBuffer rest) {
        int type() {
            return first >> 4;
        }
    }

    private static void pump(Socket from, Socket to, Consumer<Packet> watcher) {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
            OutputStream out = to.getOutputStream();
            for (int first = in.read(); first >= 0; first = in.read()) {
                ByteArrayOutputStream copy = new ByteArrayOutputStream();
                copy.write(first);
                int length = 0;
                int octet;
                int shift = 0;
                do {
                    octet = in.readUnsignedByte();
                    copy.write(octet);
                    length |= (octet & 0x7f) << shift;
                    shift += 7;
                } while (octet >= 0x80);
                byte[] rest = new byte[length];
                in.readFully(rest);
                copy.write(rest);
                watcher.accept(new Packet(first, ByteBuffer.wrap(rest)));
                copy.writeTo(out);
            }
        } catch (IOException closed) {
            // The other direction ends, too.
        }
    }

    private final class Connection {
        private final Map<Integer, String> underWay = new ConcurrentHashMap<>();
        private volatile boolean counts;

        void onPacketDown(Packet packet) {
            int qos = packet.first() >> 1 & 3;
            if (packet.type() == PUBLISH && qos > 0) {
                ByteBuffer rest = packet.rest();
                rest.position(2 + (rest.getShort(0) & 0xffff));
                int id = rest.getShort() & 0xffff;
                int properties = rest.get(); // fewer than 128 octets of them here
                rest.position(rest.position() + properties);
                underWay.put(id, StandardCharsets.UTF_8.decode(rest).toString());
            }
        }

        void onPacketUp(Packet packet) {
            if (packet.type() == CONNECT) {
                counts = !new String(packet.rest().array(), StandardCharsets.ISO_8859_1).contains("-retained");
            } else if (packet.type() == PUBACK || packet.type() == PUBREC) {
                String text = underWay.remove(packet.rest().getShort(0) & 0xffff);
                if (text != null && counts) {
                    acknowledged.accept(text);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
