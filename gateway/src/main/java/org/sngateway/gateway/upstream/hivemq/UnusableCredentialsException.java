// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

/** A password, key or certificate of ours is missing or cannot be read; the message says which, and never what is in it. */
final class UnusableCredentialsException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableCredentialsException(String message) {
        super(message);
    }

    UnusableCredentialsException(String message, Throwable cause) {
        super(message, cause);
    }
}
