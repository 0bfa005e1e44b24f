// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.sngateway.codec.message.Payload;

/** A broker of which the test does every step by hand, for moments that a real one does not stop at. */
final class StubBroker implements AutoCloseable {
    static final int CONNECT = 1;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBSCRIBE = 8;
    static final int UNSUBSCRIBE = 10;
    static final int PINGREQ = 12;
    static final int DISCONNECT = 14;

    private static final int PACKET_ID_OCTETS = 2;

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

    boolean isClosed() {
        return server.isClosed();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /**
     * A packet without its fixed header.
     *
     * @param flags the lower half of its first octet
     */
    record Packet(int type, int flags, Payload body) {
        /** Of a CONNECT. */
        boolean cleanStart() {
            return (octet(7) & 0x02) != 0;
        }

        /** Of a CONNECT: 4 for MQTT 3.1.1. */
        int version() {
            return octet(6);
        }

        /** Of a CONNECT. */
        boolean hasWill() {
            return (octet(7) & 0x04) != 0;
        }

        /** Of a PUBLISH. */
        int qos() {
            return (flags >> 1) & 3;
        }

        /** Of a PUBLISH. */
        boolean dup() {
            return (flags & 8) != 0;
        }

        /** Of a PUBLISH. */
        String topic() {
            return text(0);
        }

        /** The packet identifier of a PUBLISH with QoS 1 or 2, or of any other packet that has one. */
        int packetId() {
            return uint16(type == PUBLISH ? 2 + uint16(0) : 0);
        }

        /** Of a PUBLISH of MQTT 5 with no property but perhaps a topic alias; 0 for none. */
        int topicAlias() {
            int properties = 2 + uint16(0) + (qos() > 0 ? PACKET_ID_OCTETS : 0);
            return octet(properties) == 0 ? 0 : uint16(properties + 2);
        }

        private String text(int at) {
            byte[] octets = new byte[uint16(at)];
            body.asReadOnlyBuffer().get(at + 2, octets);
            return new String(octets, StandardCharsets.UTF_8);
        }

        int uint16(int index) {
            return (octet(index) << 8) | octet(index + 1);
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
            int first = in.readUnsignedByte();
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
            return new Packet(first >> 4, first & 0x0F, Payload.wrap(body));
        }

        /** Reads until a packet of this type comes. */
        Packet read(int type) throws IOException {
            while (true) {
                Packet packet = read();
                if (packet.type() == type) {
                    return packet;
                }
            }
        }

        /** Whether the connection ends before another packet comes. */
        boolean isClosed() throws IOException {
            try {
                return socket.getInputStream().read() < 0;
            } catch (SocketException reset) {
                return true;
            }
        }

        /** Whether the connection ends, whatever comes before. */
        boolean isGivenUp() throws IOException {
            try {
                while (socket.getInputStream().read() >= 0) {
                    // what it has said before
                }
                return true;
            } catch (SocketException reset) {
                return true;
            }
        }

        void sendConnAck() throws IOException {
            send(0x20, 3, 0, 0, 0);
        }

        /** The session is there; {@code properties} of MQTT 5. */
        void sendSessionPresent(int... properties) throws IOException {
            sendConnAck(1, properties);
        }

        void sendConnAck(int flags, int... properties) throws IOException {
            int[] packet = new int[5 + properties.length];
            packet[0] = 0x20;
            packet[1] = 3 + properties.length;
            packet[2] = flags;
            packet[4] = properties.length;
            System.arraycopy(properties, 0, packet, 5, properties.length);
            send(packet);
        }

        /** Of MQTT 3.1.1. */
        void sendConnAck3(int flags, int code) throws IOException {
            send(0x20, 2, flags, code);
        }

        /** A packet that is a packet identifier and nothing more. */
        void sendAck(int type, Packet of) throws IOException {
            send((type << 4) | (type == PUBREL ? 2 : 0), 2, of.packetId() >> 8, of.packetId() & 0xFF);
        }

        void send(int... octets) throws IOException {
            byte[] packet = new byte[octets.length];
            for (int i = 0; i < octets.length; i++) {
                packet[i] = (byte) octets[i];
            }
            send(packet);
        }

        void send(byte[] packet) throws IOException {
            socket.getOutputStream().write(packet);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
