// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Free ports of the loopback interface, and whether a broker answers on one. */
final class Ports {
    private static final int PATIENCE_MILLIS = 5000;
    /** MQTT 3.1.1 §3.1: clean session, keep-alive 10 s, client id "ready". */
    private static final byte[] CONNECT = {
        0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 10, 0, 5, 'r', 'e', 'a', 'd', 'y'
    };

    private static final byte[] ACCEPTED = {0x20, 2, 0, 0};
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    private Ports() {}

    /** Different ports on which nobody listens at the moment. */
    static int[] free(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Whether a broker accepts an MQTT client at this port now. */
    static boolean acceptsClients(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(CONNECT);
            InputStream input = socket.getInputStream();
            boolean isAccepted = Arrays.equals(input.readNBytes(ACCEPTED.length), ACCEPTED);
            socket.getOutputStream().write(DISCONNECT);
            return isAccepted;
        } catch (IOException e) {
            return false;
        }
    }
}
