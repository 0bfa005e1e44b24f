// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import java.util.concurrent.CompletionStage;

/** The gateway's side towards the broker; one per gateway. */
public interface Upstream {
    /** Starts to connect, and goes on trying until closed. Does not wait. */
    void open();

    /**
     * The way to the broker of one shard.
     *
     * @param shard 0..number of shards - 1
     */
    Uplink uplink(int shard);

    /** Waits, within limits, for what the broker has not acknowledged, then disconnects. The stage never fails. */
    CompletionStage<Void> close();
}
