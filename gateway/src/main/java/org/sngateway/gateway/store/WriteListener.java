// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** Hears, exactly once, what became of a {@linkplain Store#write write} that was accepted. Called on the executor named with it. */
public interface WriteListener {
    /** The change is on the disk and survives a power cut. */
    void onDurable();

    /** The change is not known to be on the disk, and will not be taken for durable after a restart. */
    void onFailed(WriteFailure reason);
}
