// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.transport.dtls.DtlsCredentials.OwnCertificate;
import org.sngateway.transport.dtls.DtlsTransportConfig.ClientCertificates;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DtlsCertificatesTest {
    private static final X509Bundle CA = authority("CN=site");
    private static final X509Bundle OTHER_CA = authority("CN=elsewhere");
    private static final X509Bundle SERVER = signed("CN=gateway", CA);

    private static X509Bundle authority(String name) {
        return bundle(() -> new CertificateBuilder()
                .subject(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned());
    }

    private static X509Bundle signed(String name, X509Bundle by) {
        return bundle(() -> new CertificateBuilder().subject(name).buildIssuedBy(by));
    }

    private static X509Bundle expired() {
        Instant now = Instant.now();
        return bundle(() -> new CertificateBuilder()
                .subject("CN=pump-7")
                .notBefore(now.minus(20, ChronoUnit.DAYS))
                .notAfter(now.minus(10, ChronoUnit.DAYS))
                .buildIssuedBy(CA));
    }

    @FunctionalInterface
    private interface Building {
        X509Bundle build() throws Exception;
    }

    private static X509Bundle bundle(Building building) {
        try {
            return building.build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static OwnCertificate own(X509Bundle bundle) {
        return new OwnCertificate(
                List.of(bundle.getCertificate()), bundle.getKeyPair().getPrivate());
    }

    private static EchoListener gateway(ClientCertificates clients) throws Exception {
        DtlsCredentials credentials = new DtlsCredentials(
                Map.of(), own(SERVER), clients == ClientCertificates.NONE ? List.of() : List.of(CA.getCertificate()));
        UnaryOperator<DtlsTransportConfig> change = config -> new DtlsTransportConfig(
                config.listener(),
                config.bind(),
                config.receiveBufferOctets(),
                config.maxFrameOctets(),
                config.connectionId(),
                clients,
                config.maxConnections(),
                config.idleBeforeReplaced(),
                config.maxHandshakes(),
                config.handshakesPerSecond());
        return new EchoListener(2, credentials, change);
    }

    private static DtlsNodes nodes(EchoListener gateway, @Nullable X509Bundle own) {
        return new DtlsNodes(
                gateway.address,
                true,
                new DtlsCredentials(Map.of(), own == null ? null : own(own), List.of(CA.getCertificate())));
    }

    @Test
    void shouldTakeTheIdentityFromTheCertificate() throws Exception {
        try (EchoListener gateway = gateway(ClientCertificates.REQUIRED);
                DtlsNodes nodes = nodes(gateway, signed("CN=pump-7,O=site", CA))) {
            DtlsNodes.Node node = nodes.node();
            node.send(new PingReq(""));

            assertThat(node.expect()).isEqualTo(new PingResp());
            assertThat(gateway.hears().from().identity()).isEqualTo("pump-7");
        }
    }

    @Test
    void shouldTellWhenTheFirstCertificateOfTheChainEnds() throws Exception {
        X509Bundle old = expired();
        try (EchoListener gateway = gateway(ClientCertificates.NONE)) {
            assertThat(gateway.transport.dtlsStats().certificateEnds())
                    .isEqualTo(SERVER.getCertificate().getNotAfter().toInstant());

            gateway.transport.use(new DtlsCredentials(
                    Map.of(),
                    new OwnCertificate(
                            List.of(SERVER.getCertificate(), old.getCertificate()),
                            SERVER.getKeyPair().getPrivate()),
                    List.of()));

            assertThat(gateway.transport.dtlsStats().certificateEnds())
                    .isEqualTo(old.getCertificate().getNotAfter().toInstant());
        }
    }

    @Test
    void shouldLetPeersInWithoutACertificateWhereNoneIsRequired() throws Exception {
        for (ClientCertificates clients : List.of(ClientCertificates.NONE, ClientCertificates.OPTIONAL)) {
            try (EchoListener gateway = gateway(clients);
                    DtlsNodes nodes = nodes(gateway, null)) {
                DtlsNodes.Node node = nodes.node();
                node.send(new PingReq(""));

                assertThat(node.expect()).isEqualTo(new PingResp());
                assertThat(gateway.hears().from().identity()).isNull();
            }
        }
    }

    @Test
    void shouldRefusePeersWithoutACertificateWhereOneIsRequired() throws Exception {
        refuses(null);
    }

    @Test
    void shouldRefuseAnExpiredCertificate() throws Exception {
        refuses(expired());
    }

    @Test
    void shouldRefuseACertificateOfAnotherAuthority() throws Exception {
        refuses(signed("CN=pump-7", OTHER_CA));
    }

    private static void refuses(@Nullable X509Bundle certificate) throws Exception {
        try (EchoListener gateway = gateway(ClientCertificates.REQUIRED);
                DtlsNodes good = nodes(gateway, signed("CN=pump-8", CA));
                DtlsNodes bad = nodes(gateway, certificate)) {
            bad.node().send(new PingReq(""));

            DtlsTransportTest.await(
                    gateway,
                    () -> gateway.transport
                                    .dtlsStats()
                                    .failedHandshakes()
                                    .getOrDefault(HandshakeFailure.CERTIFICATE, 0L)
                            == 1);
            DtlsNodes.Node node = good.node();
            node.send(new PingReq(""));
            assertThat(node.expect()).isEqualTo(new PingResp());
        }
    }

    @Test
    void shouldShowANewCertificateFromNowOn() throws Exception {
        try (EchoListener gateway = gateway(ClientCertificates.NONE);
                DtlsNodes nodes = nodes(gateway, null)) {
            gateway.transport.use(new DtlsCredentials(Map.of(), own(signed("CN=gateway", OTHER_CA)), List.of()));

            DtlsNodes.Node node = nodes.node();
            node.send(new PingReq(""));

            assertThat(node.failures.poll(30, TimeUnit.SECONDS)).isNotNull();
            gateway.transport.use(new DtlsCredentials(Map.of(), own(SERVER), List.of()));
            DtlsNodes.Node next = nodes.node();
            next.send(new PingReq(""));
            assertThat(next.expect()).isEqualTo(new PingResp());
        }
    }
}
