// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.testsupport.broker.TestCertificates.Identity;
import org.sngateway.testsupport.broker.TestCertificates.ServerCertificate;

/** TLS of the brokers with certificates made at test time. */
@Timeout(180)
class TlsIT {
    @TempDir
    private Path directory;

    @TempDir
    private Path certificateDirectory;

    private TestCertificates certificates;

    @BeforeEach
    void makeAuthority() throws IOException {
        certificates = TestCertificates.create(certificateDirectory);
    }

    @ParameterizedTest
    @EnumSource(names = {"MOSQUITTO", "AEDES"})
    void shouldServeOverTls(BrokerKind kind) throws Exception {
        try (TestBroker broker = kind.start(directory, certificates.tls(ServerCertificate.VALID))) {
            connects(broker.tlsPort().orElseThrow(), false, null);
            if (broker.secureWebSocketPort().isPresent()) {
                connects(broker.secureWebSocketPort().getAsInt(), true, null);
            }
            connectsPlainly(broker.port());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HIVEMQ_CE")
    void shouldLetInOnlyClientsWithACertificate(BrokerKind kind) throws Exception {
        try (TestBroker broker = kind.start(directory, certificates.mutualTls())) {
            int port = broker.tlsPort().orElseThrow();
            connects(port, false, certificates.client("gateway"));
            fails(port, null);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ServerCertificate.class,
            names = {"WRONG_NAME", "EXPIRED"})
    void shouldShowACertificateThatClientsReject(ServerCertificate which) throws Exception {
        try (TestBroker broker = BrokerKind.MOSQUITTO.start(directory, certificates.tls(which))) {
            fails(broker.tlsPort().orElseThrow(), null);
        }
    }

    @Test
    void shouldBeTrustedByWhoTrustsTheAuthorityOnly(@TempDir Path other) throws Exception {
        TestCertificates stranger = TestCertificates.create(other);
        try (TestBroker broker = BrokerKind.MOSQUITTO.start(directory, stranger.tls(ServerCertificate.VALID))) {
            fails(broker.tlsPort().orElseThrow(), null);
        }
    }

    private void connects(int port, boolean webSocket, @Nullable Identity identity) throws Exception {
        try (MqttApp client = MqttApp.of(MqttVersion.MQTT_3_1_1, port, "tls", webSocket, configuration(identity))) {
            client.connect(false);
            client.subscribe("a", 1);
            client.publish("a", "x", 1);
            assertThat(client.awaitMessage()).isEqualTo(new MqttApp.Message("a", "x", 1, false));
        }
    }

    private static void connectsPlainly(int port) throws Exception {
        try (MqttApp client = MqttApp.of(MqttVersion.MQTT_3_1_1, port, "plain")) {
            client.connect(false);
        }
    }

    private void fails(int port, @Nullable Identity identity) throws Exception {
        try (MqttApp client = MqttApp.of(MqttVersion.MQTT_3_1_1, port, "tls", false, configuration(identity))) {
            assertThatThrownBy(() -> client.connect(false))
                    .rootCause()
                    .satisfies(cause -> assertThat(cause.getClass().getName())
                            .matches("javax\\.net\\.ssl\\..*|java\\.security\\..*|sun\\.security\\..*"
                                    + "|com\\.hivemq\\.client\\.mqtt\\.exceptions\\.ConnectionClosedException"));
        }
    }

    private MqttClientSslConfig configuration(@Nullable Identity identity)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry("authority", certificate(certificates.authority()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var builder = MqttClientSslConfig.builder().trustManagerFactory(trust);
        if (identity != null) {
            KeyStore own = emptyStore();
            own.setKeyEntry(
                    "own", key(identity.key()), new char[0], new Certificate[] {certificate(identity.certificate())});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            builder = builder.keyManagerFactory(keys);
        }
        return builder.build();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream input = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(input);
        }
    }

    private static PrivateKey key(Path pem) throws GeneralSecurityException, IOException {
        String body = Files.readString(pem, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
    }
}
