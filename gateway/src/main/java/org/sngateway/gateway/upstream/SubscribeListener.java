// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.message.Qos;

/** Told once what became of a subscription; exactly one of the methods is called, on the loop of the uplink. */
public interface SubscribeListener {
    /** The filter is subscribed; the broker delivers with at most {@code granted}. */
    void onGranted(Qos granted);

    /** It is not, {@code outcome} says why; never {@link PublishOutcome#ACCEPTED}. */
    void onRefused(PublishOutcome outcome);
}
