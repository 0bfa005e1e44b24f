// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.ManualLoop;

/** A way to the broker that a test switches on and off, from any thread. Nobody publishes or subscribes. */
final class SwitchedUplink implements Uplink {
    private volatile boolean connected;

    void connected(boolean connected) {
        this.connected = connected;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public DeviceUplink forDevice(Subscriber device) {
        return new FakeUplink((ManualLoop) device.loop()).forDevice(device);
    }

    @Override
    public void publishWithoutSession(UpstreamMessage message) {
        throw new AssertionError("unexpected");
    }
}
