// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.transport.loop.OwnerLoop;

/** Who receives what the broker sends: one device. Compared by identity. */
public interface Subscriber {
    /** The loop on which this subscriber lives. */
    OwnerLoop loop();

    /** A message for one of its filters; called on {@link #loop()}. When it returns, the gateway has custody of the message. */
    void onDelivery(Delivery delivery);
}
