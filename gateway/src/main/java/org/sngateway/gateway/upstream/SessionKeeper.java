// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

/** Who keeps a device's session while it is away. */
public enum SessionKeeper {
    /** Subscriptions and messages wait here; the broker has delivered what the gateway has taken. */
    GATEWAY,
    /** They wait at the broker, for whichever gateway the device connects to next. */
    BROKER
}
