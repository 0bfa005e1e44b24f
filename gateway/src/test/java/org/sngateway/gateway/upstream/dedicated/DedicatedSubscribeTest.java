// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.PublishOutcome;

final class DedicatedSubscribeTest {
    private final DedicatedFixture fixture = new DedicatedFixture();

    private FakeDevice subscribed(String... filters) {
        FakeDevice device = fixture.connected("pump-1", false);
        for (String filter : filters) {
            device.subscribe(filter, Qos.AT_LEAST_ONCE);
            fixture.last().grant();
        }
        device.answers();
        return device;
    }

    @Test
    void shouldSubscribeAsTheDeviceAsks() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.subscribe("a/+", Qos.EXACTLY_ONCE);

        assertThat(fixture.last().subscribes.element().requests())
                .containsExactly(new FilterRequest(new TopicFilter("a/+"), Qos.EXACTLY_ONCE, RetainHandling.SEND));
        fixture.last().grant();
        assertThat(device.answers()).containsExactly("a/+ granted 2");
    }

    @Test
    void shouldPassRefusalsOn() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.subscribe("a", Qos.AT_LEAST_ONCE);
        fixture.last().refuse(PublishOutcome.REFUSED);
        device.subscribe("b", Qos.AT_LEAST_ONCE);
        fixture.last().refuse(PublishOutcome.CONGESTION);

        assertThat(device.answers()).containsExactly("a REFUSED", "b CONGESTION");
    }

    @Test
    void shouldSendWhatIsAskedMeanwhileInOnePacket() {
        FakeDevice device = fixture.connected("pump-1", false);
        for (int i = 0; i < FilterOrders.MAX_OPEN_PACKETS + 3; i++) {
            device.subscribe("t" + i, Qos.AT_MOST_ONCE);
        }
        assertThat(fixture.last().subscribes).hasSize(FilterOrders.MAX_OPEN_PACKETS);

        fixture.last().grant();

        assertThat(fixture.last().subscribes).hasSize(FilterOrders.MAX_OPEN_PACKETS);
        for (int i = 1; i < FilterOrders.MAX_OPEN_PACKETS; i++) {
            fixture.last().grant();
        }
        assertThat(fixture.last().asked()).containsExactly("t8", "t9");
    }

    @Test
    void shouldUnsubscribeWhenTheBrokerSaysSo() {
        FakeDevice device = subscribed("a");
        device.unsubscribe("a");
        assertThat(device.answers()).isEmpty();

        fixture.last().confirmUnsubscribe();
        assertThat(device.answers()).containsExactly("a unsubscribed");
    }

    @Test
    void shouldRefuseToSubscribeWhileTheBrokerIsAway() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.subscribe("a", Qos.AT_LEAST_ONCE);
        fixture.last().fail(Cause.LOST);
        device.subscribe("b", Qos.AT_LEAST_ONCE);

        assertThat(device.answers()).containsExactly("a CONGESTION", "b CONGESTION");
    }

    @Test
    void shouldUnsubscribeWhenTheBrokerIsBack() {
        FakeDevice device = subscribed("a", "b");
        device.unsubscribe("a");
        fixture.last().fail(Cause.LOST);
        device.unsubscribe("b");

        fixture.last().accept(true);

        assertThat(fixture.last().unsubscribes.element().filters())
                .containsExactly(new TopicFilter("a"), new TopicFilter("b"));
        fixture.last().confirmUnsubscribe();
        assertThat(device.answers()).containsExactly("a unsubscribed", "b unsubscribed");
    }

    @Test
    void shouldSubscribeAgainWhatTheBrokerHasForgotten() {
        FakeDevice device = subscribed("a", "b", "c");
        device.unsubscribe("b");
        fixture.last().confirmUnsubscribe();
        fixture.last().fail(Cause.LOST);

        fixture.last().accept(false);

        assertThat(fixture.last().subscribes)
                .flatExtracting(FakeConnection.Subscribing::requests)
                .containsExactlyInAnyOrder(
                        new FilterRequest(new TopicFilter("a"), Qos.AT_LEAST_ONCE, RetainHandling.DO_NOT_SEND),
                        new FilterRequest(new TopicFilter("c"), Qos.AT_LEAST_ONCE, RetainHandling.DO_NOT_SEND));
        device.answers();
        fixture.last().grant();
        assertThat(device.answers()).isEmpty();
    }

    @Test
    void shouldGoOnSubscribingAgainAfterTheNextLoss() {
        subscribed("a");
        fixture.last().fail(Cause.LOST);
        fixture.last().accept(false);
        fixture.last().fail(Cause.LOST);

        fixture.last().accept(true);
        assertThat(fixture.last().asked()).containsExactly("a");
        fixture.last().grant();
        assertThat(fixture.last().subscribes).isEmpty();
    }

    @Test
    void shouldSubscribeAgainWhatABrokerThatCrashedDidNotSave() {
        FakeDevice device = subscribed("a", "b");
        fixture.last().fail(Cause.LOST);

        fixture.last().accept(true);

        assertThat(fixture.last().subscribes.element().requests())
                .containsExactly(
                        new FilterRequest(new TopicFilter("a"), Qos.AT_LEAST_ONCE, RetainHandling.DO_NOT_SEND));
        fixture.last().grant();
        assertThat(fixture.last().asked()).containsExactly("b");
        fixture.last().grant();
        assertThat(device.answers()).isEmpty();
    }

    @Test
    void shouldLeaveASessionThatGoesOnAsTheBrokerHasIt() {
        FakeDevice device = subscribed("a");
        device.disconnect(true);
        fixture.end(fixture.last());

        device.connect(false);
        fixture.last().accept(true);

        assertThat(fixture.last().subscribes)
                .as("another gateway may have changed it")
                .isEmpty();
    }

    @Test
    void shouldNotDeliverRetainedMessagesOnceMoreThatComeWithEverySubscribe() {
        DedicatedFixture old = new DedicatedFixture(DedicatedFixture.OLD);
        FakeDevice device = old.connected("pump-1", false);
        device.subscribe("a/+", Qos.AT_LEAST_ONCE);
        old.last().grant();
        old.advance(FilterOrders.RETAINED_PATIENCE.plusSeconds(1));
        old.last().fail(Cause.LOST);
        old.last().accept(true);

        AtomicInteger acknowledged = deliverRetained(old, "a/b");
        assertThat(device.deliveries).isEmpty();
        assertThat(acknowledged).hasValue(1);

        device.subscribe("+/b", Qos.AT_LEAST_ONCE);
        deliverRetained(old, "a/b");
        old.last().grant();
        old.last().grant();
        deliverRetained(old, "a/b");
        assertThat(device.deliveries).as("it has asked for them").hasSize(2);
        deliverRetained(old, "a/c");
        assertThat(device.deliveries).hasSize(2);
    }

    @Test
    void shouldDeliverRetainedMessagesThatWereStillToComeWhenTheConnectionWasLost() {
        DedicatedFixture old = new DedicatedFixture(DedicatedFixture.OLD);
        FakeDevice device = old.connected("pump-1", false);
        device.subscribe("a/+", Qos.AT_LEAST_ONCE);
        old.last().grant();
        old.last().fail(Cause.LOST);
        old.last().accept(true);

        deliverRetained(old, "a/b");

        assertThat(device.deliveries).hasSize(1);
    }

    private static AtomicInteger deliverRetained(DedicatedFixture fixture, String topic) {
        AtomicInteger acknowledged = new AtomicInteger();
        fixture.last()
                .deliver(new BrokerMessage(
                        topic,
                        Payload.utf8("x"),
                        Qos.AT_LEAST_ONCE,
                        true,
                        BrokerMessage.NO_EXPIRY,
                        acknowledged::incrementAndGet));
        return acknowledged;
    }

    @Test
    void shouldSubscribeAgainWhenTheBrokerForgotWhileTheDeviceWasAway() {
        FakeDevice device = subscribed("a");
        device.disconnect(true);
        fixture.end(fixture.last());

        device.connect(false);
        fixture.last().accept(false);

        assertThat(fixture.last().asked()).containsExactly("a");
    }

    @Test
    void shouldForgetSubscriptionsWithTheSession() {
        FakeDevice device = subscribed("a");
        device.disconnect(false);
        device.connect(true);
        fixture.end(fixture.last());

        fixture.last().accept(false);

        assertThat(fixture.last().subscribes).isEmpty();
    }

    @Test
    void shouldPassSharedSubscriptionsThroughWhereTheBrokerHasThem() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.subscribe("$share/g/a/+", Qos.AT_LEAST_ONCE);
        assertThat(fixture.last().asked()).containsExactly("$share/g/a/+");

        FakeDevice other = fixture.device("pump-2");
        other.connect(false);
        fixture.last().accept(new BrokerOffer(false, 10, Qos.EXACTLY_ONCE, true, false));
        other.answers();
        other.subscribe("$share/g/a/+", Qos.AT_LEAST_ONCE);
        assertThat(other.answers()).containsExactly("$share/g/a/+ REFUSED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share", "$share/", "$share/g", "$share/g/", "$share//a", "$share/+/a", "a\u0001"})
    void shouldRefuseWhatBrokersDoNotTake(String filter) {
        FakeDevice device = fixture.connected("pump-1", false);
        device.subscribe(filter, Qos.AT_LEAST_ONCE);

        assertThat(device.answers()).containsExactly(filter + " REFUSED");
        assertThat(fixture.last().subscribes).isEmpty();
    }

    @Test
    void shouldBoundWhatADeviceMayAskFor() {
        FakeDevice device = fixture.connected("pump-1", false);
        int packets = FilterOrders.MAX_OPEN_PACKETS + FilterOrders.MAX_WAITING;
        for (int i = 0; i < packets; i++) {
            device.unsubscribe("t" + i);
        }
        device.subscribe("one-more", Qos.AT_LEAST_ONCE);
        assertThat(device.answers()).containsExactly("one-more CONGESTION");
    }

    // ---- what arrives

    @Test
    void shouldDeliverAsTheBrokerSends() {
        FakeDevice device = fixture.connected("pump-1", false);
        AtomicInteger acknowledged = new AtomicInteger();
        fixture.last()
                .deliver(new BrokerMessage(
                        "a", Payload.utf8("x"), Qos.EXACTLY_ONCE, true, 60, acknowledged::incrementAndGet));

        Delivery delivery = device.deliveries.get(0);
        assertThat(delivery.topic()).isEqualTo("a");
        assertThat(delivery.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        assertThat(delivery.retained()).isTrue();
        assertThat(delivery.via()).isNull();
        assertThat(delivery.expiresNanos() - fixture.loop.nanoTime())
                .isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(acknowledged).hasValue(0);
        delivery.taken().run();
        assertThat(acknowledged).hasValue(1);
    }

    @Test
    void shouldDeliverWhatDoesNotExpire() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().deliver("a", Qos.AT_MOST_ONCE);
        assertThat(device.deliveries.get(0).expiresNanos()).isEqualTo(Delivery.NEVER);
    }

    @Test
    void shouldLeaveToTheBrokerWhatComesWhileTheDeviceLeaves() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("b", Qos.AT_LEAST_ONCE);
        device.disconnect(true);

        AtomicInteger acknowledged = fixture.last().deliver("a", Qos.AT_LEAST_ONCE);

        assertThat(device.deliveries).isEmpty();
        assertThat(acknowledged).hasValue(0);
    }
}
