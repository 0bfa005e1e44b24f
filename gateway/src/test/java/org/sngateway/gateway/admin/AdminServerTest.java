// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminServerTest {
    /** More than the buffers of both sides hold. */
    private static final byte[] BIG = new byte[32 << 20];

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private AdminServer server;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws IOException {
        server = AdminServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Routes routes = new Routes()
                .page("/page", () -> Answer.text(200, "content"))
                .page("/big", () -> new Answer(200, "text/plain", BIG))
                .page("/broken", () -> {
                    throw new IllegalStateException("secret detail");
                });
        server.start(routes, TestGuard.off());
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(server.address()).getPort());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The whole answer to one request, on a connection of its own; empty when the server closes it without. */
    private String ask(String request) throws IOException {
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

    private static String readAll(Socket socket) {
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

    private String get(String path) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void shouldServeAPage() throws IOException {
        String answer = get("/page");

        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(answer)
                .containsIgnoringCase("\r\nContent-Type: text/plain; charset=utf-8\r\n")
                .containsIgnoringCase("\r\nCache-Control: no-store\r\n")
                .containsIgnoringCase("\r\nX-Content-Type-Options: nosniff\r\n")
                .containsIgnoringCase("\r\nX-Frame-Options: DENY\r\n")
                .containsIgnoringCase("\r\nReferrer-Policy: no-referrer\r\n")
                .containsIgnoringCase("\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; ")
                .doesNotContainIgnoringCase("\r\nAccess-Control-");
        assertThat(body(answer)).isEqualTo("content\n");
        assertThat(body(get("/page?x=1"))).isEqualTo("content\n");
    }

    @Test
    void shouldTellTheLengthOfAPageWithoutIt() throws IOException {
        String answer = ask("HEAD /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("\r\nContent-Length: 8\r\n");
        assertThat(body(answer)).isEmpty();
    }

    @Test
    void shouldAnswerSeveralRequestsOfOneConnection() throws IOException {
        try (Socket socket = connect()) {
            send(socket, "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n");
            send(socket, "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(readAll(socket)).contains("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//",
                "//page",
                "/page/",
                "/PAGE",
                "/./page",
                "/x/../page",
                "/../page",
                "/../../../../etc/passwd",
                "/..%2f..%2fetc/passwd",
                "/%70age",
                "/page%00",
                "/page;x",
                "/page/../../etc/passwd"
            })
    void shouldServeExactPathsOnly(String path) throws IOException {
        assertThat(get(path)).matches("(?s)HTTP/1.1 40[04] .*").doesNotContain("content\n", "root:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "FOO"})
    void shouldAllowOnlyReading(String method) throws IOException {
        assertThat(ask(method + " /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nAllow: GET, HEAD\r\n")
                .containsIgnoringCase("\r\nConnection: close\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'GET /page HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421",
        "'GET http://evil.example/page HTTP/1.1\r\nHost: localhost\r\n\r\n', 421",
        "'GET /page HTTP/1.1\r\n\r\n', 400",
        "'GET /page HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n', 400",
        "'GET /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n', 413",
        "'GET /page HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 413",
        "'GET http://localhost:1/page HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n', 200",
        "'GET /page HTTP/1.0\r\n\r\n', 200"
    })
    void shouldRefuseWhatABrowserWasMadeToSendAndBodies(String request, int status) throws IOException {
        assertThat(ask(request)).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\n\r\n",
                "GET\r\n\r\n",
                "GET /page\r\n\r\n",
                "GET /pa ge HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET mailto:x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /page HTTP/1.1\r\nHost localhost\r\n\r\n",
                "GET /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "GET /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void shouldSurviveWhatIsNoRequest(String octets) throws IOException {
        assertThat(ask(octets)).doesNotContain("\tat ", "HTTP/1.1 200");
        assertThat(body(get("/page"))).isEqualTo("content\n");
    }

    @Test
    void shouldSurviveNoise() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[1 + random.nextInt(300)];
            random.nextBytes(noise);
            try (Socket socket = connect()) {
                socket.getOutputStream().write(noise);
                socket.shutdownOutput();
                assertThat(readAll(socket)).doesNotContain("\tat ");
            }
        }
        assertThat(body(get("/page"))).isEqualTo("content\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /%s HTTP/1.1\r\nHost: localhost\r\n", "GET /page HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n"})
    void shouldNotTakeAnEndlessHead(String head) throws IOException {
        assertThat(ask(String.format(head, "a".repeat(100_000)))).doesNotContain("HTTP/1.1 200", "\tat ");
        assertThat(body(get("/page"))).isEqualTo("content\n");
    }

    @Test
    void shouldNotTakeManyHeaders() throws IOException {
        StringBuilder request = new StringBuilder("GET /page HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < 1000; i++) {
            request.append("X").append(i).append(": y\r\n");
        }

        assertThat(ask(request + "\r\n")).doesNotContain("HTTP/1.1 200", "\tat ");
    }

    @Test
    void shouldKeepWhatWentWrongToItself() throws IOException {
        assertThat(get("/broken"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("secret detail")
                .doesNotContain("Exception");
        assertThat(body(get("/page"))).isEqualTo("content\n");
    }

    /** Requests that never end, and answers that nobody takes. */
    static List<String> slowPeers() {
        return List.of("GET /page HT", "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("slowPeers")
    void shouldAnswerBesideSlowPeers(String request) throws IOException {
        List<Socket> slow = connect(ServerLimits.MAX_CONNECTIONS - 1, request);
        try {
            assertThat(body(get("/page"))).isEqualTo("content\n");
        } finally {
            close(slow);
        }
    }

    @ParameterizedTest
    @MethodSource("slowPeers")
    void shouldAnswerAgainAfterSlowPeersHadEveryConnection(String request) throws IOException {
        List<Socket> slow = connect(ServerLimits.MAX_CONNECTIONS, request);
        try {
            String answer = get("/page");
            assertThat(answer).isEmpty();

            while (answer.isEmpty()) { // they are let go of though they stay
                answer = get("/page");
            }
            assertThat(body(answer)).isEqualTo("content\n");
        } finally {
            close(slow);
        }
    }

    private List<Socket> connect(int count, String request) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = connect();
            sockets.add(socket);
            send(socket, request);
        }
        return sockets;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void shouldNameTheAddressThatIsTaken() {
        assertThatIOException()
                .isThrownBy(() -> AdminServer.bind(address))
                .withMessage(
                        "cannot bind http://127.0.0.1:" + address.getPort() + " (admin.bind): Address already in use");
    }

    @Test
    void shouldGiveItsAddressBack() throws IOException {
        server.close();

        AdminServer next = AdminServer.bind(address);
        next.close(); // never started
        AdminServer.bind(address).close();
    }
}
