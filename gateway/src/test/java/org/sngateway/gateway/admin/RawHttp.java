// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client of HTTP that sends what it is told, octet for octet. */
final class RawHttp {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int port;

    /** @param server as {@link AdminServer#address} says it */
    RawHttp(String server) {
        port = URI.create(server).getPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    static void send(Socket socket, String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The whole answer to one request, on a connection of its own; empty when the server closes it without. */
    String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            try {
                send(socket, request);
                socket.shutdownOutput();
            } catch (IOException closed) {
                // It has seen enough; what it said may still be there.
            }
            return readAll(socket);
        }
    }

    /** What the server says until it closes the connection. */
    static String readAll(Socket socket) {
        StringBuilder answer = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            byte[] octets = new byte[64 << 10];
            for (int length = in.read(octets); length >= 0; length = in.read(octets)) {
                answer.append(new String(octets, 0, length, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection; it said: " + answer, e);
        } catch (IOException reset) {
            // The server has closed with octets unread.
        }
        return answer.toString();
    }

    String get(String path) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    /** @param headers each with its end of line */
    String post(String path, String headers, String body) throws IOException {
        return ask("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n" + headers + "\r\n" + body);
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
