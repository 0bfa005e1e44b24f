// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.sngateway.codec.topic.TopicFilter;

/** The gateway's side towards the broker; one per gateway. */
public interface Upstream {
    /**
     * After a restart of the gateway: on which connection each filter lived, so that what waits at the broker finds its way. Before
     * devices {@linkplain DeviceUplink#resume resume} their subscriptions, and before {@link #open}.
     */
    void restore(Map<TopicFilter, Integer> placements);

    /** Starts to connect, and goes on trying until closed. Does not wait. */
    void open();

    /**
     * The way to the broker of one shard.
     *
     * @param shard 0..number of shards - 1
     */
    Uplink uplink(int shard);

    /** Who keeps the sessions of devices that are away. */
    SessionKeeper sessionKeeper();

    /** Waits, within limits, for what the broker has not acknowledged, then disconnects. The stage never fails. */
    CompletionStage<Void> close();
}
