// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.TestCertificates;
import org.sngateway.testsupport.broker.TestCertificates.ServerCertificate;

/**
 * Brokers that are of no use, each with a gateway of its own that has to bear with it. All are watched for the same ten seconds, in which a
 * device of each gateway asks for PINGRESP; what was seen is judged after that.
 */
@Timeout(120)
class MisbehavingBrokerE2E {
    private static final Duration WATCHED = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double MAX_CPU_SHARE = 0.3;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private enum Misbehaviour {
        /** Takes connections and says nothing. */
        SILENT("mqtt", "cannot connect to the broker", "TIMEOUT", "Timeout while waiting for CONNACK"),
        /** Has another password for the gateway. */
        REFUSING("mqtt", "cannot connect to the broker", "NOT_AUTHORIZED", "the broker said NOT_AUTHORIZED"),
        /** Ends each connection within a second. */
        RESTLESS("mqtt", "lost the broker", "LOST", "Server closed connection without DISCONNECT."),
        /** Shows a certificate whose time has passed. */
        EXPIRED("mqtts", "cannot connect to the broker", "TLS", "TLS: NotAfter: ");

        private final String scheme;
        private final String said;
        private final String cause;
        private final String reason;

        Misbehaviour(String scheme, String said, String cause, String reason) {
            this.scheme = scheme;
            this.said = said;
            this.cause = cause;
            this.reason = reason;
        }
    }

    /** Takes connections and counts them. */
    private static final class SilentServer implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

        SilentServer() throws IOException {
            inBackground(() -> {
                while (true) {
                    clients.add(server.accept());
                }
            });
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private interface Endless {
        void run() throws IOException, InterruptedException;
    }

    private static void inBackground(Endless task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException | InterruptedException closed) {
                        // The test is over.
                    }
                },
                "misbehaving");
        thread.setDaemon(true);
        thread.start();
    }

    /** A gateway before its broker, and what was seen of both. */
    private static final class Watched {
        private final GatewayProcess gateway;
        private final SnDevice device;
        private final IntSupplier attemptsSoFar;
        private final ProcessHandle process;
        private final URI admin;
        private final long startNanos = System.nanoTime();

        private long cpuNanos;
        private long watchedNanos;
        private String health = "";
        private String metrics = "";
        private int attempts;
        private Duration lifetime = Duration.ZERO;
        private List<String> warnings = List.of();

        Watched(GatewayProcess gateway, IntSupplier attemptsSoFar) throws Exception {
            this.gateway = gateway;
            this.attemptsSoFar = attemptsSoFar;
            process = ProcessHandle.of(gateway.process().pid()).orElseThrow();
            admin = gateway.admin();
            device = closed(new SnDevice(gateway.address()));
            device.connect("device");
        }

        void begin() throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (attemptsSoFar.getAsInt() < 2) { // the first has failed
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(50);
            }
            cpuNanos = -cpu();
            watchedNanos = -System.nanoTime();
        }

        void askForPingResp() throws IOException {
            device.send(new PingReq(""));
            device.expect(PingResp.class);
        }

        void end() throws Exception {
            cpuNanos += cpu();
            watchedNanos += System.nanoTime();
            health = awaitNotReady();
            metrics = get("/metrics").body();
            gateway.process().terminate();
            assertThat(gateway.process().awaitExit(PATIENCE)).isZero();
            attempts = attemptsSoFar.getAsInt();
            lifetime = Duration.ofNanos(System.nanoTime() - startNanos);
            warnings = gateway.process().output().stream()
                    .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                    .toList();
        }

        private long cpu() {
            return process.info().totalCpuDuration().orElseThrow().toNanos();
        }

        /** The restless broker is connected now and then. */
        private String awaitNotReady() throws IOException, InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            HttpResponse<String> answer = get("/health/ready");
            while (answer.statusCode() != 503) {
                assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
                Thread.sleep(50);
                answer = get("/health/ready");
            }
            return answer.body();
        }

        private HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return HTTP.send(
                    HttpRequest.newBuilder(admin.resolve(path))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofString());
        }

        double metric(String name) {
            Matcher line = Pattern.compile("(?m)^sn_gateway_broker_" + name + "\\{connection=\"lane-0\"} (\\S+)$")
                    .matcher(metrics);
            assertThat(line.find()).as("%s in%n%s", name, metrics).isTrue();
            return Double.parseDouble(line.group(1));
        }
    }

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> started = new ArrayList<>();
    private static final Map<Misbehaviour, Watched> all = new EnumMap<>(Misbehaviour.class);

    private static <T extends AutoCloseable> T closed(T one) {
        started.add(0, one);
        return one;
    }

    @BeforeAll
    static void watch() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        for (Misbehaviour misbehaviour : Misbehaviour.values()) {
            all.put(misbehaviour, start(misbehaviour, Files.createDirectory(directory.resolve(misbehaviour.name()))));
        }
        for (Watched one : all.values()) {
            one.begin();
        }
        for (long seconds = 0; seconds < WATCHED.toSeconds(); seconds++) {
            for (Watched one : all.values()) {
                one.askForPingResp();
            }
            Thread.sleep(1_000);
        }
        for (Watched one : all.values()) {
            one.end();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable one : started) {
            one.close();
        }
    }

    private static Watched start(Misbehaviour misbehaviour, Path own) throws Exception {
        if (misbehaviour == Misbehaviour.SILENT) {
            SilentServer silent = closed(new SilentServer());
            return start(misbehaviour, own, silent.server.getLocalPort(), "", silent.clients::size);
        }
        TestCertificates certificates = TestCertificates.create(Files.createDirectory(own.resolve("tls")));
        TestCertificates.Identity expired = certificates.server(ServerCertificate.EXPIRED);
        String[] settings = switch (misbehaviour) {
            case REFUSING ->
                new String[] {
                    "allow_anonymous false",
                    "password_file "
                            + Files.writeString(
                                    own.resolve("passwords"), MosquittoProcess.passwordLine("gateway", "right") + "\n")
                };
            case EXPIRED -> new String[] {"certfile " + expired.certificate(), "keyfile " + expired.key()};
            default -> new String[0];
        };
        MosquittoProcess broker = closed(MosquittoProcess.start(own, settings));
        SeveredProxy proxy = closed(new SeveredProxy(broker.port()));
        if (misbehaviour == Misbehaviour.RESTLESS) {
            inBackground(() -> {
                while (true) {
                    Thread.sleep(1_000);
                    proxy.mend();
                }
            });
        }
        Path password = Files.writeString(own.resolve("password"), "wrong\n");
        String more = ", username: gateway, password-file: \"%s\", tls: { ca: \"%s\" }"
                .formatted(password, certificates.authority());
        return start(misbehaviour, own, proxy.port(), more, proxy::attempts);
    }

    private static Watched start(Misbehaviour misbehaviour, Path own, int port, String more, IntSupplier attemptsSoFar)
            throws Exception {
        // The status topic has a connection of its own, which would be one more to count.
        String upstream =
                "{ servers: [\"%s://127.0.0.1:%d\"], connect-timeout: 1s, reconnect-min: 500ms, reconnect-max: 4s, status-topic: off%s }"
                        .formatted(misbehaviour.scheme, port, more);
        return new Watched(
                closed(GatewayProcess.startWithUpstream(own, upstream, "gateway: { shards: 1 }")), attemptsSoFar);
    }

    private static Watched of(Misbehaviour misbehaviour) {
        return Objects.requireNonNull(all.get(misbehaviour));
    }

    /** The device's side is judged already: each PINGREQ had its PINGRESP. */
    @ParameterizedTest
    @EnumSource
    void shouldSayOnceWhatIsWrong(Misbehaviour misbehaviour) {
        Watched seen = of(misbehaviour);

        List<String> said = seen.warnings.stream()
                .filter(line -> line.contains("cause=" + misbehaviour.cause + " "))
                .toList();
        assertThat(seen.warnings).isEqualTo(said);
        assertThat(said)
                .hasSizeBetween(1, 1 + seen.attempts / 10)
                .allSatisfy(line -> assertThat(line.replace("\"", ""))
                        .contains(misbehaviour.said, "reason=" + misbehaviour.reason)
                        .contains("server=" + misbehaviour.scheme + "://127.0.0.1:"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotBeReadyAndNameTheCause(Misbehaviour misbehaviour) {
        assertThat(of(misbehaviour).health)
                .startsWith("{\"ready\":false,\"problems\":[{\"kind\":\"connection\",\"name\":\"lane-0\",\"reason\":\""
                        + misbehaviour.reason);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCountTheFailures(Misbehaviour misbehaviour) {
        Watched seen = of(misbehaviour);

        if (misbehaviour == Misbehaviour.RESTLESS) {
            assertThat(seen.metric("disconnects_total")).isGreaterThanOrEqualTo(2);
            assertThat(seen.metric("connects_total")).isGreaterThanOrEqualTo(2);
            assertThat(seen.metric("failed_attempts_total")).isZero();
        } else {
            assertThat(seen.metric("connected")).isZero();
            assertThat(seen.metric("connects_total")).isZero();
            // One may be under way.
            assertThat(seen.metric("failed_attempts_total")).isBetween(seen.attempts - 2.0, (double) seen.attempts);
        }
    }

    /** The waits are at least 250 ms, 500 ms, 1 s, and 2 s from then on. */
    @ParameterizedTest
    @EnumSource
    void shouldTryAgainWithPatience(Misbehaviour misbehaviour) {
        Watched seen = of(misbehaviour);

        assertThat(seen.attempts).isBetween(3, (int) (5 + seen.lifetime.toSeconds() / 2));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotBeBusyWithIt(Misbehaviour misbehaviour) {
        Watched seen = of(misbehaviour);

        assertThat(seen.watchedNanos).isGreaterThanOrEqualTo(WATCHED.toNanos());
        assertThat((double) seen.cpuNanos / seen.watchedNanos).isLessThan(MAX_CPU_SHARE);
    }
}
