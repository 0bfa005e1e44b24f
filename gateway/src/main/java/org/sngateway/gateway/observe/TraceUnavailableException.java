// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

/** Nobody else can watch just now; the message says why. */
public final class TraceUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    TraceUnavailableException(String message) {
        super(message);
    }
}
