// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.dtls;

import io.netty.channel.EventLoop;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.Transport;
import org.sngateway.transport.dtls.DtlsClient;
import org.sngateway.transport.dtls.DtlsClients;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.DtlsCredentials.OwnCertificate;
import org.sngateway.transport.dtls.DtlsTransport;
import org.sngateway.transport.dtls.DtlsTransportConfig;
import org.sngateway.transport.dtls.DtlsTransportConfig.ClientCertificates;
import org.sngateway.transport.dtls.PskKey;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.udp.UdpTransport;
import org.sngateway.transport.udp.UdpTransportConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures a DTLS listener on one loop against a UDP listener, without sessions and broker: both ends are in this process, so a
 * figure is of both ends together.
 */
@Command(
        name = "dtls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Benchmark of DTLS over loopback.")
public final class DtlsBenchmark implements Callable<Integer> {
    private static final PskKey KEY = PskKey.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final int BUFFER_OCTETS = 4 << 20;
    private static final int FRAME_OCTETS = 2048;
    /** Handshakes that are begun before the first is done. */
    private static final int BEGUN = 64;

    @Option(names = "--connections", defaultValue = "2000", description = "Handshakes to do; default ${DEFAULT-VALUE}.")
    private int connections;

    @Option(names = "--nodes", defaultValue = "100", description = "Nodes that publish; default ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--measure",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Length of each row of messages, after two seconds of warm-up; default ${DEFAULT-VALUE}.")
    private int seconds;

    private final ExecutorService workers = Executors.newFixedThreadPool(1, task -> {
        Thread thread = new Thread(task, "node-handshakes");
        thread.setDaemon(true);
        return thread;
    });

    /** Runs the benchmark and exits with its code. */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.setProperty("org.slf4j.simpleLogger.log.org.eclipse.californium", "error");
        System.exit(new CommandLine(new DtlsBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        DtlsCredentials keys = new DtlsCredentials(Map.of("node", KEY), null, List.of());
        for (int round = 0; round < 2; round++) { // the first warms up
            handshakes(round == 0 ? null : "pre-shared key, ECDHE-PSK, AES-128-GCM", keys, keys, false);
            certificateHandshakes(round > 0);
        }
        for (int round = 0; round < 2; round++) {
            messages("UDP", null);
            messages("DTLS", keys);
        }
        return 0;
    }

    private void certificateHandshakes(boolean shown) throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        DtlsCredentials gateway = credentials(authority, "CN=gateway");
        DtlsCredentials node = credentials(authority, "CN=node");
        handshakes(shown ? "certificates on both sides, ECDSA P-256" : null, gateway, node, true);
    }

    private static DtlsCredentials credentials(X509Bundle authority, String name) throws Exception {
        X509Bundle own = new CertificateBuilder().subject(name).buildIssuedBy(authority);
        return new DtlsCredentials(
                Map.of(),
                new OwnCertificate(
                        List.of(own.getCertificate()), own.getKeyPair().getPrivate()),
                List.of(authority.getCertificate()));
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** @param name null for a round that warms up */
    private void handshakes(@Nullable String name, DtlsCredentials gateway, DtlsCredentials node, boolean certificates)
            throws Exception {
        try (Listener listener = new Listener(gateway)) {
            LongAdder answers = new LongAdder();
            double took = connect(listener, node, certificates, answers);
            if (name != null) {
                print("%-45s %7.0f handshakes/s", name, connections / took);
            }
        }
    }

    /** Connects all, and forgets the nodes' side. */
    private double connect(Listener listener, DtlsCredentials node, boolean certificates, LongAdder answers)
            throws InterruptedException {
        OwnerLoops loops = OwnerLoops.startNio(1);
        try {
            EventLoop loop = loops.loops().get(0).eventLoop();
            DtlsClients clients = new DtlsClients(loop, workers, connections, true, node);
            List<BenchmarkNode> all = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                all.add(new BenchmarkNode(
                        listener.address,
                        loop,
                        answers,
                        output -> certificates ? clients.client(output) : clients.client("node", KEY, output)));
            }
            long start = Clocks.monotonic().getAsLong();
            for (int i = 0; i < connections; i++) {
                while (i - answers.sum() >= BEGUN) {
                    TimeUnit.MICROSECONDS.sleep(100);
                }
                all.get(i).publish(false);
            }
            while (answers.sum() < connections) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            double took = (Clocks.monotonic().getAsLong() - start) / 1e9;
            all.forEach(BenchmarkNode::close);
            loop.execute(clients::close);
            return took;
        } finally {
            loops.close();
        }
    }

    /** @param credentials null for plain UDP */
    private void messages(String name, @Nullable DtlsCredentials credentials) throws Exception {
        OwnerLoops loops = OwnerLoops.startNio(1);
        try (Listener listener = new Listener(credentials)) {
            EventLoop loop = loops.loops().get(0).eventLoop();
            LongAdder answers = new LongAdder();
            Function<DtlsClient.Output, DtlsClient> dtls = null;
            if (credentials != null) {
                DtlsClients clients = new DtlsClients(loop, workers, nodes, true, credentials);
                dtls = output -> clients.client("node", KEY, output);
            }
            List<BenchmarkNode> all = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                all.add(new BenchmarkNode(listener.address, loop, answers, dtls));
            }
            all.forEach(node -> node.publish(true));
            TimeUnit.SECONDS.sleep(2);
            long before = answers.sum();
            long start = Clocks.monotonic().getAsLong();
            TimeUnit.SECONDS.sleep(seconds);
            double rate = (answers.sum() - before) / ((Clocks.monotonic().getAsLong() - start) / 1e9);
            print("%-5s %7.0f messages/s at QoS 1, %d nodes", name, rate, nodes);
            all.forEach(BenchmarkNode::stop);
            all.forEach(BenchmarkNode::close);
        } finally {
            loops.close();
        }
    }

    /** Acknowledges every PUBLISH, on one loop. */
    private static final class Listener implements AutoCloseable {
        private final OwnerLoops loops = OwnerLoops.start(1);
        private final Transport transport;
        private final InetSocketAddress address;

        /** @param credentials null for plain UDP */
        Listener(@Nullable DtlsCredentials credentials) throws Exception {
            InetSocketAddress bind = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            transport = credentials == null
                    ? new UdpTransport(new UdpTransportConfig(0, bind, BUFFER_OCTETS, FRAME_OCTETS))
                    : new DtlsTransport(config(bind, credentials), credentials, Clocks.monotonic());
            FrameListener acknowledging = (from, frame) -> {
                if (frame instanceof DecodeResult.Decoded decoded && decoded.message() instanceof Publish publish) {
                    transport().send(from, new PubAck(1, publish.msgId(), ReturnCode.ACCEPTED));
                }
            };
            String name = transport
                    .open(List.of(new Transport.Port(loops.loops().get(0), acknowledging)))
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            address = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), Integer.parseInt(name.substring(name.lastIndexOf(':') + 1)));
        }

        private Transport transport() {
            return transport;
        }

        private static DtlsTransportConfig config(InetSocketAddress bind, DtlsCredentials credentials) {
            return new DtlsTransportConfig(
                    0,
                    bind,
                    BUFFER_OCTETS,
                    FRAME_OCTETS,
                    true,
                    credentials.authorities().isEmpty() ? ClientCertificates.NONE : ClientCertificates.REQUIRED,
                    1_000_000,
                    Duration.ofDays(1),
                    100_000,
                    0);
        }

        @Override
        public void close() {
            transport
                    .close()
                    .toCompletableFuture()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            loops.close();
        }
    }
}
