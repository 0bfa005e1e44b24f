// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Puts the older forms of private keys into PKCS#8 (RFC 5958), which is the one that Java reads. All of it is DER. */
final class Pkcs8 {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT_0 = 0xA0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** rsaEncryption, 1.2.840.113549.1.1.1, and its parameter, NULL. */
    private static final byte[] RSA = {0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0};
    /** id-ecPublicKey, 1.2.840.10045.2.1. */
    private static final byte[] EC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

    private Pkcs8() {}

    /** Of an RSAPrivateKey, RFC 8017 §A.1.2. */
    static byte[] ofRsa(byte[] key) {
        return sequence(VERSION_0, sequence(RSA), element(OCTET_STRING, key));
    }

    /** Of an ECPrivateKey, RFC 5915 §3, which has to name its curve. */
    static byte[] ofEc(byte[] key) throws PemException {
        return sequence(VERSION_0, sequence(EC, curve(key)), element(OCTET_STRING, key));
    }

    /** What is in the element [0] of the sequence: the curve's object identifier. */
    private static byte[] curve(byte[] key) throws PemException {
        try {
            int at = 0;
            if (key[at] != SEQUENCE) {
                throw new PemException("holds a damaged EC private key");
            }
            at = contentAt(key, at);
            while (at < key.length) {
                int begin = contentAt(key, at);
                int end = begin + length(key, at);
                if (end < begin || end > key.length) {
                    break;
                }
                if ((key[at] & 0xFF) == CONTEXT_0) {
                    return Arrays.copyOfRange(key, begin, end);
                }
                at = end;
            }
        } catch (ArrayIndexOutOfBoundsException cut) {
            throw new PemException("holds a damaged EC private key", cut);
        }
        throw new PemException("holds an EC private key that is damaged or does not name its curve");
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < contentAt(der, at); i++) {
            length = (length << 8) | (der[i] & 0xFF);
        }
        return length & Integer.MAX_VALUE;
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        return element(SEQUENCE, content.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (content.length < 0x80) {
            element.write(content.length);
        } else {
            int octets = (32 - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
            element.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                element.write(content.length >>> (8 * i));
            }
        }
        element.writeBytes(content);
        return element.toByteArray();
    }
}
