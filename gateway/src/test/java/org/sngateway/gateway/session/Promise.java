// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is checked millions of times: costs nothing while it is kept. */
final class Promise {
    private Promise() {}

    /** @param about what the broken promise was about */
    static void keep(boolean kept, String promise, @Nullable Object... about) {
        if (!kept) {
            throw new AssertionError("broken: " + promise + " " + Arrays.toString(about));
        }
    }
}
