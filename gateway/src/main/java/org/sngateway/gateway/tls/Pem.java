// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads certificates and private keys from PEM files (RFC 7468), at most 1 MiB each. */
public final class Pem {
    private static final int MAX_OCTETS = 1 << 20;

    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final String CERTIFICATE = "CERTIFICATE";

    private record Block(String label, String body) {
        byte[] octets() throws PemException {
            try {
                return Base64.getMimeDecoder().decode(body.strip().getBytes(StandardCharsets.US_ASCII));
            } catch (IllegalArgumentException failure) {
                throw new PemException("is not PEM: what stands between its lines is not Base64", failure);
            }
        }
    }

    private Pem() {}

    /**
     * The certificates in a file, in its order, at least one; anything else in it is passed over.
     *
     * @throws PemException when the file cannot be read, or there is none or a bad one in it
     */
    public static List<X509Certificate> certificates(Path file) throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.label().equals(CERTIFICATE) || block.label().equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block.octets()));
            }
        }
        if (certificates.isEmpty()) {
            throw new PemException("holds no certificate (-----BEGIN CERTIFICATE-----)");
        }
        return List.copyOf(certificates);
    }

    private static X509Certificate certificate(byte[] der) throws PemException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException failure) {
            throw new PemException("holds a certificate that cannot be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * The first private key in a file: RSA, EC or EdDSA, as PKCS#8 ({@code PRIVATE KEY}), PKCS#1 ({@code RSA PRIVATE KEY}) or SEC 1
     * ({@code EC PRIVATE KEY}), not encrypted.
     *
     * @throws PemException when the file cannot be read, or there is none or a bad one in it
     */
    public static PrivateKey privateKey(Path file) throws PemException {
        for (Block block : blocks(file)) {
            PrivateKey key = privateKey(block);
            if (key != null) {
                return key;
            }
        }
        throw new PemException("holds no private key (-----BEGIN PRIVATE KEY-----)");
    }

    private static @Nullable PrivateKey privateKey(Block block) throws PemException {
        if (!block.label().endsWith("PRIVATE KEY")) {
            return null;
        }
        if (block.label().equals("ENCRYPTED PRIVATE KEY") || block.body().contains("Proc-Type: 4,ENCRYPTED")) {
            throw new PemException("holds an encrypted private key; decrypt it with: openssl pkey -in OLD -out NEW");
        }
        byte[] pkcs8 = switch (block.label()) {
            case "PRIVATE KEY" -> block.octets();
            case "RSA PRIVATE KEY" -> Pkcs8.ofRsa(block.octets());
            case "EC PRIVATE KEY" -> Pkcs8.ofEc(block.octets());
            default -> throw new PemException("holds a " + block.label() + ", which is of no use for TLS");
        };
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            PrivateKey key = generate(algorithm, spec);
            if (key != null) {
                return key;
            }
        }
        throw new PemException("holds a private key that is not RSA, EC or EdDSA, or is damaged");
    }

    /** Null when the key is not of this algorithm. */
    private static @Nullable PrivateKey generate(String algorithm, PKCS8EncodedKeySpec spec) throws PemException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException otherAlgorithm) {
            return null;
        } catch (GeneralSecurityException failure) {
            throw new PemException("holds a private key that cannot be read: " + failure.getMessage(), failure);
        }
    }

    /** Whether {@code key} is the private key of {@code certificate}. */
    public static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            byte[] text = {1, 2, 3};
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            return verifying.verify(signature);
        } catch (GeneralSecurityException otherAlgorithm) {
            return false;
        }
    }

    private static List<Block> blocks(Path file) throws PemException {
        String text = text(file);
        List<Block> blocks = new ArrayList<>();
        int at = 0;
        while ((at = text.indexOf(BEGIN, at)) >= 0) {
            int labelAt = at + BEGIN.length();
            int labelEnd = text.indexOf(DASHES, labelAt);
            if (labelEnd < 0) {
                break;
            }
            String label = text.substring(labelAt, labelEnd);
            int bodyAt = labelEnd + DASHES.length();
            int bodyEnd = text.indexOf("-----END " + label + DASHES, bodyAt);
            if (bodyEnd < 0) {
                throw new PemException("is cut off: -----END " + label.strip() + "----- is missing");
            }
            blocks.add(new Block(label, text.substring(bodyAt, bodyEnd)));
            at = bodyEnd + 1;
        }
        if (blocks.isEmpty()) {
            throw new PemException("is not PEM: it has no lines -----BEGIN ...----- and -----END ...-----");
        }
        return blocks;
    }

    private static String text(Path file) throws PemException {
        if (Files.isDirectory(file)) {
            throw new PemException("is a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_OCTETS + 1);
            if (octets.length > MAX_OCTETS) {
                throw new PemException("is longer than 1 MiB");
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException failure) {
            throw new PemException("does not exist", failure);
        } catch (AccessDeniedException failure) {
            throw new PemException("may not be read by this user", failure);
        } catch (IOException failure) {
            throw new PemException("cannot be read: " + failure.getMessage(), failure);
        }
    }
}
