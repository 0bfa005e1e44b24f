// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;

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
    public void publish(UpstreamMessage message, PublishListener listener) {
        throw new AssertionError("unexpected");
    }

    @Override
    public void subscribe(Subscriber subscriber, TopicFilter filter, SubscribeListener listener) {
        throw new AssertionError("unexpected");
    }

    @Override
    public void unsubscribe(Subscriber subscriber, TopicFilter filter) {
        throw new AssertionError("unexpected");
    }
}
