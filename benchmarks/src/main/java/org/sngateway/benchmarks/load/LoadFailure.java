// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.Serial;

/** A measurement that cannot go on; the message says why in one line. */
final class LoadFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    LoadFailure(String message) {
        super(message);
    }

    LoadFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
