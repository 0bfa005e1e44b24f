// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.tls;

/** A file holds no certificate or key that can be used. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1;

    PemException(String wrong) {
        super(wrong);
    }

    PemException(String wrong, Throwable cause) {
        super(wrong, cause);
    }

    /** What is wrong, as the end of a sentence about the file: {@code holds no certificate}. */
    public String wrong() {
        return String.valueOf(getMessage());
    }
}
