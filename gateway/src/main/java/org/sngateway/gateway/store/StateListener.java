// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** Hears of changes between working, full and failed, and when a store that works has room again for what it refused. Called on the executor named with it. */
@FunctionalInterface
public interface StateListener {
    /** The store is in {@code state} now. In {@link StoreStatus.State#OK} it lacks the changes that were refused meanwhile. */
    void onState(StoreStatus.State state);
}
