// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command says of gateways that are not there, and of one whose answers the test makes. */
class TraceCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String yaml, String... options) throws IOException {
        Path config = Files.writeString(directory.resolve("sn-gateway.yaml"), yaml);
        List<String> command = new ArrayList<>(List.of("trace", "--config", config.toString()));
        command.addAll(List.of(options));
        CommandLine line = SnGateway.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "admin: { bind: off } | admin.bind is off in",
                "admin: { bind: \"127.0.0.1:1\" } | no gateway answers at http://127.0.0.1:1 (admin.bind): is it running?",
                "admin: { bind: \"127.0.0.1:0\" } | name the one that the gateway has got with --admin"
            })
    void shouldSayWhyThereIsNothingToTrace(String yaml, String reason) throws IOException {
        assertThat(run(yaml)).isEqualTo(1);
        assertThat(err.toString()).startsWith("sn-gateway: ").contains(reason);
    }

    @Test
    void shouldSayThatTheTokenIsMissing() throws IOException {
        String yaml = "store: { directory: \"%s\" }".formatted(directory.resolve("none"));

        assertThat(run(yaml, "--payloads", "--admin", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err.toString()).contains("--payloads needs the token of the gateway");
    }

    @ParameterizedTest
    @CsvSource({"--count, 0", "--admin, nowhere", "--admin, localhost:1"})
    void shouldRefuseOptionsThatMeanNothing(String option, String value) throws IOException {
        assertThat(run("", option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(option + " is " + value);
    }

    /** A gateway that gives these answers, one after the other, the last for ever. */
    private HttpServer gateway(int status, String... answers) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/trace", exchange -> {
            try (exchange) {
                byte[] body =
                        answers[Math.min(asked.getAndIncrement(), answers.length - 1)].getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    private int trace(HttpServer server, String... options) throws IOException {
        try {
            List<String> all = new ArrayList<>(
                    List.of("--admin", "127.0.0.1:" + server.getAddress().getPort()));
            all.addAll(List.of(options));
            return run("", all.toArray(String[]::new));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void shouldSayWhatTheGatewayRefuses() throws IOException {
        assertThat(trace(gateway(503, "{\"error\":\"too many traces are under way\"}")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("refuses, with status 503: too many traces are under way");
    }

    @Test
    void shouldSayThatFramesAreMissing() throws IOException {
        String frame = """
                {"time":"2026-01-02T03:04:05.120Z","direction":"in","client":"","address":"udp:127.0.0.1:4000",
                "listener":"udp:0.0.0.0:1884","message":"PINGREQ","octets":2,"malformed":false,"peer":"127.0.0.1:4000",
                "local":"0.0.0.0:1884","frame":"0216"}""";
        String answer = "{\"cursor\":\"1-2\",\"leftOut\":%d,\"interrupted\":%s,\"more\":true,\"frames\":[%s]}";

        int exitCode = trace(
                gateway(
                        200,
                        answer.formatted(0, false, ""),
                        answer.formatted(123, false, frame),
                        answer.formatted(0, true, frame)),
                "--count",
                "2");

        assertThat(exitCode).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "… 123 frames left out",
                        "2026-01-02T03:04:05.120000Z in  - udp:127.0.0.1:4000 PINGREQ",
                        "… frames may be missing: the gateway was not asked for too long",
                        "2026-01-02T03:04:05.120000Z in  - udp:127.0.0.1:4000 PINGREQ");
        assertThat(err.toString()).endsWith("sn-gateway: 2 frames, 123 left out\n");
    }
}
