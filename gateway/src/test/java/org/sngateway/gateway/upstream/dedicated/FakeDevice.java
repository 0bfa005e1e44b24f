// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.ManualLoop;

/** A device that asks for what the test says, and notes every answer as one line. */
final class FakeDevice implements Subscriber {
    final List<String> answers = new ArrayList<>();
    final List<Delivery> deliveries = new ArrayList<>();
    long lastHeardNanos;

    private final ManualLoop loop;
    private final String clientId;
    private final DeviceUplink uplink;

    FakeDevice(ManualLoop loop, Uplink uplink, String clientId) {
        this.loop = loop;
        this.clientId = clientId;
        this.uplink = uplink.forDevice(this);
        hear();
    }

    /** It gives a sign of life. */
    void hear() {
        lastHeardNanos = loop.nanoTime();
    }

    void connect(boolean clean) {
        connect(clean, null);
    }

    void connect(boolean clean, @Nullable UpstreamMessage will) {
        uplink.connect(clean, will, new DeviceUplink.ConnectListener() {
            @Override
            public void onAccepted() {
                answers.add("accepted");
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                answers.add("refused " + outcome);
            }
        });
    }

    void publish(String topic, Qos qos) {
        publish(topic, qos, 1);
    }

    void publish(String topic, Qos qos, int octets) {
        uplink.publish(
                new UpstreamMessage(topic, Payload.utf8("x".repeat(octets)), qos, false),
                outcome -> answers.add(topic + " " + outcome));
    }

    void subscribe(String filter, Qos qos) {
        uplink.subscribe(new TopicFilter(filter), qos, new SubscribeListener() {
            @Override
            public void onGranted(Qos granted) {
                answers.add(filter + " granted " + granted.level());
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                answers.add(filter + " " + outcome);
            }
        });
    }

    void unsubscribe(String filter) {
        uplink.unsubscribe(new TopicFilter(filter), () -> answers.add(filter + " unsubscribed"));
    }

    void changeWill(@Nullable UpstreamMessage will) {
        uplink.changeWill(will, outcome -> answers.add("will " + outcome));
    }

    void disconnect(boolean kept) {
        uplink.disconnect(kept);
    }

    void lose(boolean kept, @Nullable UpstreamMessage will) {
        uplink.lose(kept, will, outcome -> answers.add("lost " + outcome));
    }

    /** What it has been told since it was last asked. */
    List<String> answers() {
        List<String> told = List.copyOf(answers);
        answers.clear();
        return told;
    }

    @Override
    public ManualLoop loop() {
        return loop;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    @Override
    public void onDelivery(Delivery delivery) {
        loop.assertOwner();
        deliveries.add(delivery);
    }

    @Override
    public void onDropped(Disconnection disconnection) {
        loop.assertOwner();
        answers.add("dropped " + disconnection.cause());
    }
}
