// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.sngateway.codec.message.Payload;

/** A broker of which the test does every step by hand, for moments that a real one does not stop at. */
final class StubBroker implements AutoCloseable {
    static final int CONNECT = 1;
    static final int PUBACK = 4;
    static final int SUBSCRIBE = 8;
    static final int DISCONNECT = 14;

    private static final int PATIENCE_MILLIS = 10_000;

    private final ServerSocket server;

    StubBroker() throws IOException {
        this(0);
    }

    StubBroker(int port) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    }

    int port() {
        return server.getLocalPort();
    }

    /** Waits for the next connection; fails after 10 s. */
    Client accept() throws IOException {
        return accept(PATIENCE_MILLIS);
    }

    /** @throws SocketTimeoutException when none comes in time */
    Client accept(int patienceMillis) throws IOException {
        server.setSoTimeout(patienceMillis);
        Socket socket = server.accept();
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Client(socket);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** A packet without its fixed header. */
    record Packet(int type, Payload body) {
        /** Of a CONNECT. */
        boolean cleanStart() {
            return (octet(7) & 0x02) != 0;
        }

        /** 0..255. */
        int octet(int index) {
            return body.asReadOnlyBuffer().get(index) & 0xFF;
        }
    }

    static final class Client implements AutoCloseable {
        private final Socket socket;

        Client(Socket socket) {
            this.socket = socket;
        }

        /** Whether nothing comes for a while. */
        boolean isSilent() throws IOException {
            socket.setSoTimeout(200);
            try {
                read();
                return false;
            } catch (SocketTimeoutException silence) {
                return true;
            } finally {
                socket.setSoTimeout(PATIENCE_MILLIS);
            }
        }

        Packet read() throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int type = in.readUnsignedByte() >> 4;
            int length = 0;
            int shift = 0;
            int octet;
            do {
                octet = in.readUnsignedByte();
                length |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet >= 0x80);
            byte[] body = new byte[length];
            in.readFully(body);
            return new Packet(type, Payload.wrap(body));
        }

        void sendConnAck() throws IOException {
            send(0x20, 3, 0, 0, 0);
        }

        void send(int... octets) throws IOException {
            byte[] packet = new byte[octets.length];
            for (int i = 0; i < octets.length; i++) {
                packet[i] = (byte) octets[i];
            }
            socket.getOutputStream().write(packet);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
