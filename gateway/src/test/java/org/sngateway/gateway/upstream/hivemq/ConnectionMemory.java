// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sngateway.gateway.config.DeviceUpstreamConfig;
import org.sngateway.gateway.config.FileTemplate;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.ServerAddress.Scheme;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/**
 * How much heap one idle connection of a device takes: {@code ConnectionMemory CONNECTIONS [tls|own]}, where {@code tls} is TLS with the
 * gateway's certificate, {@code own} with one of each device.
 */
final class ConnectionMemory {
    private ConnectionMemory() {}

    public static void main(String... arguments) throws Exception {
        int connections = Integer.parseInt(arguments[0]);
        String kind = arguments.length > 1 ? arguments[1] : "plain";
        Path directory = Files.createTempDirectory("connection-memory");
        Certificates certificates = new Certificates(directory);
        Certificates.Identity server = certificates.server();
        boolean tls = !kind.equals("plain");
        boolean own = kind.equals("own");
        for (int i = 0; own && i < connections; i++) {
            certificates.client("d" + i, Algorithm.ecp256);
        }
        String[] settings =
                tls ? new String[] {"certfile " + server.certificate(), "keyfile " + server.key()} : new String[] {};
        try (MosquittoProcess broker = MosquittoProcess.start(directory, settings);
                OwnerLoops loops = OwnerLoops.start(2)) {
            UpstreamConfig config = UpstreamConfigs.to(
                            new ServerAddress(tls ? Scheme.MQTTS : Scheme.MQTT, "127.0.0.1", broker.port(), ""))
                    .tls(certificates.authority(), null, null)
                    .device(new DeviceUpstreamConfig(
                            "%c",
                            null,
                            null,
                            own ? new FileTemplate(directory + "/%c.pem") : null,
                            own ? new FileTemplate(directory + "/%c.key") : null,
                            null,
                            Optional.empty()))
                    .build();
            HivemqConnectionFactory factory = new HivemqConnectionFactory(
                    config, loop -> ((EventLoopOwnerLoop) loop).group(), new GatewayCounters());
            open(factory, loops, 0, 10); // classes and pools are there before it is measured
            long before = usedAfterCollection();
            long began = System.nanoTime();
            List<BrokerConnection> opened = open(factory, loops, 10, connections);
            double seconds = (System.nanoTime() - began) / 1e9;
            long after = usedAfterCollection();
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d connections in %.1f s, %d octets of heap each%n",
                    kind,
                    connections - 10,
                    seconds,
                    (after - before) / (connections - 10));
            CompletableFuture.allOf(opened.stream()
                            .map(connection ->
                                    connection.close(End.KEEP_SESSION).toCompletableFuture())
                            .toArray(CompletableFuture<?>[]::new))
                    .get(1, TimeUnit.MINUTES);
            opened.clear();
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d octets each when they are closed%n",
                    kind,
                    (usedAfterCollection() - before) / (connections - 10));
        }
    }

    private static List<BrokerConnection> open(HivemqConnectionFactory factory, OwnerLoops loops, int from, int to)
            throws InterruptedException {
        CountDownLatch connected = new CountDownLatch(to - from);
        List<BrokerConnection> opened = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String clientId = "d" + i;
            EventLoopOwnerLoop loop = loops.loops().get(i % loops.loops().size());
            BrokerConnection connection = factory.create(
                    new Spec(clientId, new Identity.OfDevice(clientId), true, true, null),
                    loop,
                    new Counting(connected));
            opened.add(connection);
            loop.execute(connection::open);
        }
        if (!connected.await(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException(connected.getCount() + " are not connected");
        }
        return opened;
    }

    private record Counting(CountDownLatch connected) implements BrokerConnection.Listener {
        @Override
        public void onAttempt(Runnable attempt) {
            attempt.run();
        }

        @Override
        public void onConnected(BrokerOffer offer) {
            connected.countDown();
        }

        @Override
        public void onDisconnected(Disconnection disconnection) {}

        @Override
        public void onMessage(BrokerMessage message) {}
    }

    private static long usedAfterCollection() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
