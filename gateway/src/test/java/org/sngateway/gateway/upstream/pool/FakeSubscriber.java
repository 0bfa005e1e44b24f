// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.transport.loop.OwnerLoop;

/** A device that remembers what it is told, on its own loop only. */
final class FakeSubscriber implements Subscriber {
    final List<Delivery> deliveries = new ArrayList<>();
    final List<String> answers = new ArrayList<>();
    boolean failing;

    private final OwnerLoop loop;
    private final DeviceUplink uplink;

    private boolean holding;
    private final List<Runnable> held = new ArrayList<>();

    FakeSubscriber(OwnerLoop loop, Uplink uplink) {
        this.loop = loop;
        this.uplink = uplink.forDevice(this);
    }

    DeviceUplink uplink() {
        return uplink;
    }

    @Override
    public OwnerLoop loop() {
        return loop;
    }

    @Override
    public String clientId() {
        return "device";
    }

    @Override
    public long lastHeardNanos() {
        return 0;
    }

    @Override
    public void onDropped(Disconnection disconnection) {
        throw new AssertionError("dropped: " + disconnection);
    }

    @Override
    public void onDelivery(Delivery delivery) {
        loop.assertOwner();
        deliveries.add(delivery);
        if (holding) {
            held.add(delivery.taken());
        } else {
            delivery.taken().run();
        }
        if (failing) {
            throw new IllegalStateException("subscriber fails");
        }
    }

    /** Does not take what is delivered from now on, as while it is being stored. */
    void holdTaken() {
        holding = true;
    }

    void releaseTaken() {
        holding = false;
        held.forEach(Runnable::run);
        held.clear();
    }

    /** Topic and filter of what was delivered. */
    List<String> delivered() {
        return deliveries.stream()
                .map(delivery -> delivery.topic() + " via "
                        + Objects.requireNonNull(delivery.via()).value())
                .toList();
    }

    /** Topic and content of what was delivered, retained messages in brackets. */
    List<String> contents() {
        return deliveries.stream()
                .map(delivery -> delivery.topic() + "=" + delivery.payload().toUtf8())
                .toList();
    }

    /** A listener that notes the answer as {@code name: answer}. */
    SubscribeListener noting(String name) {
        return new SubscribeListener() {
            @Override
            public void onGranted(Qos granted) {
                loop.assertOwner();
                answers.add(name + ": " + granted);
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                loop.assertOwner();
                answers.add(name + ": " + outcome);
            }
        };
    }
}
