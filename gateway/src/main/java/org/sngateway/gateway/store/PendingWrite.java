// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A change on its way to the disk, and who waits for it.
 *
 * @param octets of the change
 * @param journalOctets reserved in the journal for it
 */
record PendingWrite(
        Change change,
        int octets,
        long journalOctets,
        @Nullable Executor loop,
        @Nullable WriteListener listener) {
    boolean isWaitedFor() {
        return listener != null;
    }
}
