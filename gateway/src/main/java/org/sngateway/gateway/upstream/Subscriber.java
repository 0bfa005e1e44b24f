// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.transport.loop.OwnerLoop;

/** A device, as its {@link DeviceUplink} knows it. Compared by identity. Every method but {@link #loop} is called on that loop. */
public interface Subscriber {
    /** The loop on which this device lives. */
    OwnerLoop loop();

    String clientId();

    /** Monotonic time of the last sign of life, {@link OwnerLoop#nanoTime()}. */
    long lastHeardNanos();

    /** A message for the device. {@link Delivery#taken} must be run once for each. */
    void onDelivery(Delivery delivery);

    /**
     * The broker serves the device no longer, and its session here ends without a will.
     *
     * @param disconnection {@link Disconnection.Cause#TAKEN_OVER}: it is now served by another gateway, and nothing must be sent to it
     */
    void onDropped(Disconnection disconnection);
}
