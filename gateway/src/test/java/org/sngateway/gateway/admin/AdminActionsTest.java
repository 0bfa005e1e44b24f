// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;
import static org.sngateway.gateway.admin.RawHttp.body;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.testsupport.ManualLoop;

/** Routes with parameters, and what needs the token. */
@Timeout(60)
class AdminActionsTest {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String AUTHORISED = "Authorization: Bearer " + TOKEN + "\r\n";

    private final GatewayCounters counters = new GatewayCounters();
    private final List<Request> seen = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path directory;

    private AdminServer server;
    private RawHttp http;

    @BeforeEach
    void start() throws Exception {
        server = AdminServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        http = new RawHttp(server.address());
        server.start(routes(), TestGuard.with(TOKEN, directory, counters, new ManualLoop()));
    }

    private Routes routes() {
        return new Routes()
                .page("/page", () -> Answer.text(200, "content"))
                .resource("/api/things", Set.of("search", "limit"), this::note)
                .resource("/api/things/{id}", Set.of(), this::note)
                .resource("/api/things/{id}/parts", Set.of(), this::note)
                .action("/api/things/{id}/stop", this::note)
                .action("/api/reload", this::note);
    }

    private Answer note(Request request) {
        seen.add(request);
        return Answer.json(200, "{}\n");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Request seen() {
        assertThat(seen).hasSize(1);
        return seen.get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a%2Fb, a/b",
        "%C3%A4, \u00e4",
        "%3Cscript%3E, <script>",
        "..%2f..%2fetc%2fpasswd, ../../etc/passwd",
        "%2e%2e, ..",
        "a+b, a+b",
        "a%2520b, a%20b",
        "%F0%9F%8C%B2, \ud83c\udf32"
    })
    void shouldDecodeTheIdInAPath(String raw, String id) throws IOException {
        assertThat(http.get("/api/things/" + raw)).startsWith("HTTP/1.1 200 ");

        assertThat(seen().id()).isEqualTo(id);
    }

    @Test
    void shouldKeepRoutesWithTheSameBeginningApart() throws IOException {
        assertThat(http.get("/api/things/parts/parts")).startsWith("HTTP/1.1 200 ");

        assertThat(seen().id()).isEqualTo("parts");
        assertThat(seen().authorised()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/things/",
                "/api/things//parts",
                "/api//things",
                "//api/things",
                "/api/things/a/",
                "/api/things/a/b",
                "/api/things/a/parts/",
                "/api/things/../things/a",
                "/api/./things",
                "/api/%74hings",
                "/API/things",
                "/api/things;x=1"
            })
    void shouldServeNothingBesideItsRoutes(String path) throws IOException {
        assertThat(http.get(path)).matches("(?s)HTTP/1.1 4(04|21) .*");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%zz", "%C3", "%C3%28", "%ED%A0%80", "\u00e4", "a%00%ff", "%+1"})
    void shouldNotTakeAnIdThatIsNotText(String raw) throws IOException {
        assertThat(http.get("/api/things/" + raw)).startsWith("HTTP/1.1 400 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldDecodeParameters() throws IOException {
        assertThat(http.get("/api/things?search=a+b%26c%3D%C3%A4&limit=")).startsWith("HTTP/1.1 200 ");

        assertThat(seen().parameters()).containsOnly(entry("search", "a b&c=\u00e4"), entry("limit", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"search=1&search=2", "other=1", "search", "search=%C3", "&", "search=1&", "=1"})
    void shouldNotGuessWhatAQueryMeans(String query) throws IOException {
        assertThat(http.get("/api/things?" + query)).startsWith("HTTP/1.1 400 ").contains("limit, search");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldActForWhoeverHasTheToken() throws IOException {
        assertThat(http.post("/api/things/t%2F1/stop", AUTHORISED + "Content-Type: application/json\r\n", "{\"a\":1}"))
                .startsWith("HTTP/1.1 200 ");

        assertThat(seen().id()).isEqualTo("t/1");
        assertThat(seen().authorised()).isTrue();
        assertThat(new String(seen().body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(counters.actionsTaken.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization: \r\n",
                "Authorization: Bearer\r\n",
                "Authorization: Bearer \r\n",
                "Authorization: Bearer wrong-horse-battery-staple\r\n",
                "Authorization: Bearer correct-horse-battery-stapl\r\n",
                "Authorization: Bearer correct-horse-battery-staplee\r\n",
                "Authorization: Bearer CORRECT-HORSE-BATTERY-STAPLE\r\n",
                "Authorization: Basic correct-horse-battery-staple\r\n",
                "Authorization: correct-horse-battery-staple\r\n",
                "X-Token: correct-horse-battery-staple\r\n",
                "Cookie: token=correct-horse-battery-staple\r\n",
                AUTHORISED + AUTHORISED,
                AUTHORISED + "Authorization: Bearer wrong\r\n"
            })
    void shouldNotActForAnybodyElse(String headers) throws IOException {
        assertThat(http.post("/api/reload", headers, ""))
                .startsWith("HTTP/1.1 401 ")
                .containsIgnoringCase("\r\nWWW-Authenticate: Bearer\r\n")
                .doesNotContain(TOKEN);

        assertThat(seen).isEmpty();
        assertThat(counters.actionsUnauthorised.sum()).isEqualTo(1);
        assertThat(counters.actionsTaken.sum()).isZero();
    }

    @Test
    void shouldTellAResourceWhetherTheTokenIsRight() throws IOException {
        String request = "GET /api/things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

        assertThat(http.ask(request + "Authorization: Bearer wrong-wrong-wrong\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
        assertThat(http.ask(request + AUTHORISED + "\r\n")).startsWith("HTTP/1.1 200 ");

        assertThat(seen().authorised()).isTrue();
        assertThat(http.ask(request.replace("/api/things", "/page") + "Authorization: Bearer wrong\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldTakeANewTokenWithoutARestart() throws IOException {
        Files.writeString(directory.resolve("token"), "another-token-of-today\n");

        assertThat(http.post("/api/reload", AUTHORISED, "")).startsWith("HTTP/1.1 401 ");
        assertThat(http.post("/api/reload", "Authorization: bearer another-token-of-today\r\n", ""))
                .startsWith("HTTP/1.1 200 ");
        Files.delete(directory.resolve("token"));
        assertThat(http.post("/api/reload", "Authorization: Bearer another-token-of-today\r\n", ""))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void shouldLogRefusalsOnceAMinute() {
        ManualLoop loop = new ManualLoop();
        ActionGuard guard =
                new ActionGuard(AdminToken.start(GatewayConfig.defaults(), Map.of()), counters, loop::nanoTime);
        InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int i = 0; i < 100; i++) {
                guard.onRefused("/api/reload", from);
            }
            loop.advance(Duration.ofMinutes(1));
            guard.onRefused("/api/reload", from);
        } finally {
            System.setErr(before);
        }

        assertThat(log.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.contains("path=/api/reload"))
                .last()
                .asString()
                .contains("leftOut=99");
        assertThat(counters.actionsUnauthorised.sum()).isEqualTo(101);
    }

    @Test
    void shouldSayWhyNobodyMayAct() throws IOException {
        server.close();
        server = AdminServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        http = new RawHttp(server.address());
        server.start(routes(), TestGuard.off());

        String answer = http.post("/api/reload", AUTHORISED, "");

        assertThat(answer).startsWith("HTTP/1.1 403 ").containsIgnoringCase("\r\nContent-Type: application/json\r\n");
        assertThat(body(answer))
                .isEqualTo("{\"error\":\"there is no token: set admin.token-file, or store.directory\"}\n");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "post"})
    void shouldActOnPostOnly(String method) throws IOException {
        assertThat(http.ask(method + " /api/reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + AUTHORISED
                        + "\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nAllow: POST\r\n")
                .doesNotContainIgnoringCase("Access-Control");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Length: 4097\r\nContent-Type: application/json\r\n', 4097, 413",
        "'Content-Length: 99999999999\r\nContent-Type: application/json\r\n', 5000, 413",
        "'Content-Length: 2\r\nContent-Length: 2\r\nContent-Type: application/json\r\n', 2, 400",
        "'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n', 2, 411",
        "'Content-Length: 2\r\nContent-Type: text/plain\r\n', 2, 415",
        "'Content-Length: 2\r\nContent-Type: application/x-www-form-urlencoded\r\n', 2, 415",
        "'Content-Length: 2\r\n', 2, 415",
        "'Content-Length: 4096\r\nContent-Type: Application/JSON; charset=utf-8\r\n', 4096, 200",
        "'Content-Length: 0\r\n', 0, 200",
        "'', 0, 200"
    })
    void shouldTakeALittleJsonAndNothingElse(String headers, int octets, int status) throws IOException {
        assertThat(http.ask("POST /api/reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + AUTHORISED
                        + headers + "\r\n" + "1".repeat(octets)))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void shouldNotReadABodyBeforeTheToken() throws IOException {
        try (Socket socket = http.connect()) {
            RawHttp.send(socket, "POST /api/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n");

            assertThat(RawHttp.readAll(socket)).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void shouldLetGoOfWritersThatNeverEnd() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < ServerLimits.MAX_CONNECTIONS; i++) {
                Socket socket = http.connect();
                slow.add(socket);
                RawHttp.send(
                        socket,
                        "POST /api/reload HTTP/1.1\r\nHost: localhost\r\n" + AUTHORISED
                                + "Content-Length: 4000\r\nContent-Type: application/json\r\n\r\n{");
            }
            String answer = http.get("/page");
            while (answer.isEmpty()) {
                answer = http.get("/page");
            }

            assertThat(body(answer)).isEqualTo("content\n");
            assertThat(seen).isEmpty();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /api/reload HTTP/1.1\r\nHost: evil.example\r\n",
                "POST http://evil.example/api/reload HTTP/1.1\r\nHost: localhost\r\n",
                "POST /api/reload HTTP/1.1\r\n",
                "POST /api/reload HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n"
            })
    void shouldNotActOnWhatABrowserWasMadeToSend(String head) throws IOException {
        assertThat(http.ask(head + AUTHORISED + "Content-Length: 0\r\n\r\n")).matches("(?s)HTTP/1.1 4(00|21) .*");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldCloseAfterABodyThatNobodyReads() throws IOException {
        String smuggled = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";

        assertThat(http.ask("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + smuggled.length()
                        + "\r\n\r\n" + smuggled + smuggled))
                .startsWith("HTTP/1.1 404 ")
                .containsIgnoringCase("\r\nConnection: close\r\n")
                .doesNotContain("content\n");
    }

    @Test
    void shouldServeAPathOnce() {
        Routes routes = new Routes().action("/a/{id}", this::note);

        assertThatIllegalArgumentException().isThrownBy(() -> routes.page("/a/{id}", () -> Answer.text(200, "")));
    }
}
