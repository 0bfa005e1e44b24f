// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256", "ecp384", "ed25519"})
    void shouldReadKeyAndCertificateOf(Algorithm algorithm) throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .subject("CN=one")
                .setIsCertificateAuthority(true)
                .algorithm(algorithm)
                .buildSelfSigned();

        PrivateKey key = Pem.privateKey(write(bundle.getPrivateKeyPEM()));

        assertThat(key).isEqualTo(bundle.getKeyPair().getPrivate());
        assertThat(Pem.certificates(write(bundle.getCertificatePEM()))).containsExactly(bundle.getCertificate());
        assertThat(Pem.belongTogether(bundle.getCertificate(), key)).isTrue();
    }

    @Test
    void shouldReadAChainInItsOrderAndPassOverTheRest() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle device = new CertificateBuilder().subject("CN=device").buildIssuedBy(authority);
        String text = "Subject: device\r\n" + device.getCertificatePEM() + device.getPrivateKeyPEM() + "# issued by\n"
                + authority.getCertificatePEM();

        assertThat(Pem.certificates(write(text))).containsExactly(device.getCertificate(), authority.getCertificate());
        assertThat(Pem.privateKey(write(text))).isEqualTo(device.getKeyPair().getPrivate());
        assertThat(Pem.belongTogether(
                        authority.getCertificate(), device.getKeyPair().getPrivate()))
                .isFalse();
    }

    @Test
    void shouldReadRsaKeysOfTheOlderForm() throws Exception {
        PrivateKey key = keyPair("RSA", 2048).getPrivate();
        // PKCS#8 here: 4 octets of sequence, 3 of version, 15 of algorithm, 4 of octet string, and then PKCS#1.
        byte[] pkcs1 = Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);

        assertThat(Pem.privateKey(write(pem("RSA PRIVATE KEY", pkcs1)))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 384, 521})
    void shouldReadEcKeysOfTheOlderForm(int bits) throws Exception {
        String curve = "secp" + bits + "r1";
        Path file = directory.resolve("key");
        run("openssl", "ecparam", "-name", bits == 256 ? "prime256v1" : curve, "-genkey", "-out", file.toString());
        assertThat(file).content().contains("BEGIN EC PRIVATE KEY", "BEGIN EC PARAMETERS");
        Path converted = directory.resolve("converted");
        run("openssl", "pkey", "-in", file.toString(), "-out", converted.toString());

        ECPrivateKey read = (ECPrivateKey) Pem.privateKey(file);
        ECPrivateKey expected = (ECPrivateKey) Pem.privateKey(converted);
        assertThat(read.getS()).isEqualTo(expected.getS());
        assertThat(read.getParams()).isEqualTo(expected.getParams());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }

    private static KeyPair keyPair(String algorithm, int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | is not PEM",
                "hello | is not PEM",
                "'-----BEGIN ' | is not PEM",
                "'-----BEGIN PRIVATE KEY-----' | is cut off",
                "'-----BEGIN PRIVATE KEY-----*-----END PRIVATE KEY-----' | is not RSA, EC or EdDSA, or is damaged",
                "'-----BEGIN PRIVATE KEY-----A-----END PRIVATE KEY-----' | is not Base64",
                "'-----BEGIN PRIVATE KEY-----MAA=-----END PRIVATE KEY-----' | is not RSA, EC or EdDSA, or is damaged",
                "'-----BEGIN RSA PRIVATE KEY-----MAA=-----END RSA PRIVATE KEY-----' | damaged",
                "'-----BEGIN EC PRIVATE KEY-----MAA=-----END EC PRIVATE KEY-----' | does not name its curve",
                "'-----BEGIN EC PRIVATE KEY-----MIT/-----END EC PRIVATE KEY-----' | damaged",
                "'-----BEGIN EC PRIVATE KEY-----MIT/////oIT/////-----END EC PRIVATE KEY-----' | damaged",
                "'-----BEGIN ENCRYPTED PRIVATE KEY-----MAA=-----END ENCRYPTED PRIVATE KEY-----' | encrypted private key; decrypt",
                "'-----BEGIN DSA PRIVATE KEY-----MAA=-----END DSA PRIVATE KEY-----' | of no use for TLS",
                "'-----BEGIN CERTIFICATE-----MAA=-----END CERTIFICATE-----' | holds no private key"
            })
    void shouldSayWhyAKeyIsOfNoUse(String text, String wrong) throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> Pem.privateKey(file))
                .isInstanceOf(PemException.class)
                .hasMessageContaining(wrong);
    }

    @Test
    void shouldSayThatAnOldEncryptedKeyIsEncrypted() throws IOException {
        Path file = write("""
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,0102

                MAA=
                -----END RSA PRIVATE KEY-----
                """);
        assertThatThrownBy(() -> Pem.privateKey(file)).hasMessageContaining("encrypted");
    }

    @Test
    void shouldSayWhyACertificateIsOfNoUse() throws IOException {
        Path damaged = write("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> Pem.certificates(damaged)).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> Pem.certificates(directory)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> Pem.certificates(directory.resolve("none"))).hasMessageContaining("does not exist");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "", ".pem"), text);
    }

    private static String pem(String label, byte[] octets) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(octets);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
