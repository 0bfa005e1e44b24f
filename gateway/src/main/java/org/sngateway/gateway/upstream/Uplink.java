// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

/** One shard's way to the broker. Every method is called on the shard's loop, and answers there. */
public interface Uplink {
    /** The way to the broker of one device of this shard. Nothing happens at the broker before {@link DeviceUplink#connect}. */
    DeviceUplink forDevice(Subscriber device);

    /** Passes on what a device publishes without a session (QoS -1), if that is possible now. */
    void publishWithoutSession(UpstreamMessage message);

    /** Whether the broker can be reached now. */
    boolean isConnected();
}
