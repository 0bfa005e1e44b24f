// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.ConnectionStatus.State;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.UpstreamMessage;

final class DedicatedPublishTest {
    private final DedicatedFixture fixture = new DedicatedFixture();

    @Test
    void shouldAcceptWhatTheBrokerAcknowledges() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("a", Qos.AT_LEAST_ONCE);
        assertThat(device.answers()).isEmpty();

        fixture.last().acknowledge();

        assertThat(device.answers()).containsExactly("a ACCEPTED");
    }

    @Test
    void shouldShowWhatAllDevicesTogetherHaveOnTheirWay() {
        FakeDevice first = fixture.connected("pump-1", false);
        FakeConnection ofFirst = fixture.last();
        FakeDevice second = fixture.connected("pump-2", false);
        for (int i = 0; i < 6; i++) {
            first.publish("t" + i, Qos.AT_LEAST_ONCE);
        }
        second.publish("a", Qos.AT_LEAST_ONCE);
        assertStats(5, 2, 0);

        fixture.advance(Duration.ofMillis(40));
        fixture.last().acknowledge();
        assertStats(4, 2, 1);

        ofFirst.fail(Cause.TAKEN_OVER);
        assertStats(0, 0, 1);
    }

    private void assertStats(long inFlight, long queued, long acknowledged) {
        Collection<PublishStats.Snapshot> all = fixture.counters.publishStats.list();
        assertThat(all).hasSize(1);
        PublishStats.Snapshot devices = all.iterator().next();
        assertThat(devices.name()).isEqualTo("devices");
        assertThat(devices.inFlight()).isEqualTo(inFlight);
        assertThat(devices.queued()).isEqualTo(queued);
        assertThat(devices.acknowledgements().counts().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(acknowledged);
    }

    @Test
    void shouldTellWhetherTheBrokerCanBeReached() {
        assertThat(fixture.counters.connections.list()).singleElement().satisfies(one -> {
            assertThat(one.name()).isEqualTo("gateway-0");
            assertThat(one.state()).isEqualTo(State.CONNECTING);
        });

        fixture.ofGateway.get(0).accept();
        assertThat(fixture.counters.connections.list().get(0).state()).isEqualTo(State.CONNECTED);

        fixture.ofGateway.get(0).fail(Cause.LOST);
        assertThat(fixture.counters.connections.list().get(0).state()).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void shouldKeepWithinTheWindowAndTheOrder() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false);
        fixture.last().accept(new BrokerOffer(false, 2, Qos.EXACTLY_ONCE, true, true));

        for (String topic : new String[] {"a", "b", "c", "d"}) {
            device.publish(topic, Qos.AT_LEAST_ONCE);
        }
        assertThat(fixture.last().unacknowledged()).containsExactly("a", "b");

        fixture.last().acknowledge();
        assertThat(fixture.last().unacknowledged()).containsExactly("b", "c");
    }

    @Test
    void shouldRefuseWhatDoesNotFitTheQueue() {
        FakeDevice device = fixture.connected("pump-1", false);
        for (int i = 0; i < 8; i++) {
            device.publish("t" + i, Qos.AT_LEAST_ONCE);
        }
        assertThat(device.answers()).containsExactly("t7 CONGESTION");
        assertThat(fixture.counters.upstreamCongested.sum()).isEqualTo(1);
    }

    @Test
    void shouldBoundWhatAllDevicesHoldTogether() {
        FakeDevice first = fixture.connected("pump-1", false);
        FakeDevice second = fixture.connected("pump-2", false);
        first.publish("a", Qos.AT_LEAST_ONCE, 599);
        second.publish("b", Qos.AT_LEAST_ONCE, 400);
        assertThat(second.answers()).containsExactly("b CONGESTION");

        fixture.ofDevices.get(0).acknowledge();
        second.publish("b", Qos.AT_LEAST_ONCE, 400);
        assertThat(second.answers()).isEmpty();
    }

    @Test
    void shouldSendAgainInOrderAfterAnOutage() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().fail(Cause.LOST);
        device.publish("a", Qos.AT_LEAST_ONCE);
        device.publish("b", Qos.EXACTLY_ONCE);
        device.publish("c", Qos.AT_MOST_ONCE);
        assertThat(device.answers()).containsExactly("c CONGESTION");

        fixture.last().accept(true);

        assertThat(fixture.last().unacknowledged()).containsExactly("a", "b");
    }

    @Test
    void shouldWaitForTheBrokersAnswersBeforeItLeaves() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("a", Qos.EXACTLY_ONCE);

        device.disconnect(true);
        assertThat(fixture.last().end).isNull();
        fixture.last().acknowledge();

        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(device.answers()).containsExactly("a ACCEPTED");
        assertThat(fixture.loop.armedTimers()).isZero();
    }

    @Test
    void shouldLeaveWithoutTheAnswersWhenTheyTakeTooLong() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("a", Qos.EXACTLY_ONCE, 999);
        device.disconnect(true);

        fixture.advance(DeviceConnection.DRAIN_PATIENCE);

        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(device.answers()).containsExactly("a CONGESTION");
        fixture.last().acknowledge();
        assertThat(device.answers()).isEmpty();
        FakeDevice other = fixture.connected("pump-2", false);
        other.publish("b", Qos.AT_LEAST_ONCE, 999);
        assertThat(other.answers()).isEmpty();
    }

    @Test
    void shouldNotWaitForABrokerThatIsAway() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("a", Qos.AT_LEAST_ONCE);
        fixture.last().fail(Cause.LOST);

        device.disconnect(true);

        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(device.answers()).containsExactly("a CONGESTION");
    }

    @Test
    void shouldRefuseWithoutAConnection() {
        FakeDevice device = fixture.device("pump-1");
        device.publish("a", Qos.AT_LEAST_ONCE);
        device.publish("b", Qos.AT_MOST_ONCE);

        assertThat(device.answers()).containsExactly("a CONGESTION", "b CONGESTION");
        assertThat(fixture.counters.upstreamCongested.sum()).isEqualTo(1);
        assertThat(fixture.counters.upstreamDropped.sum()).isEqualTo(1);
    }

    @Test
    void shouldPublishWithoutSessionOnAConnectionOfItsOwn() {
        FakeConnection own = fixture.ofGateway.get(0);
        assertThat(own.spec.clientId()).isEqualTo("gw-0");
        assertThat(fixture.upstream.uplink(0).isConnected()).isFalse();
        own.accept();
        assertThat(fixture.upstream.uplink(0).isConnected()).isTrue();

        fixture.upstream
                .uplink(0)
                .publishWithoutSession(new UpstreamMessage("a", Payload.utf8("x"), Qos.AT_MOST_ONCE, false));

        assertThat(own.unacknowledged()).containsExactly("a");
        own.fail(Cause.LOST);
        assertThat(fixture.upstream.uplink(0).isConnected()).isFalse();
    }

    @Test
    void shouldCloseEveryConnectionAsItsSessionIsKept() {
        fixture.ofGateway.get(0).accept();
        FakeDevice clean = fixture.connected("pump-1", true);
        fixture.connected("pump-2", false);
        clean.publish("a", Qos.AT_LEAST_ONCE);

        CompletionStage<Void> closed = fixture.upstream.close();
        fixture.loop.runPending();

        FakeConnection ofClean = fixture.ofDevices.get(0);
        FakeConnection ofKept = fixture.ofDevices.get(1);
        FakeConnection own = fixture.ofGateway.get(0);
        assertThat(ofClean.end).isNull();
        assertThat(ofKept.end).isEqualTo(End.KEEP_SESSION);
        assertThat(own.end).isEqualTo(End.END_SESSION);
        ofClean.acknowledge();
        assertThat(ofClean.end).isEqualTo(End.END_SESSION);
        assertThat(clean.answers()).containsExactly("a ACCEPTED");

        fixture.end(ofClean);
        fixture.end(ofKept);
        assertThat(closed.toCompletableFuture()).isNotDone();
        fixture.end(own);
        assertThat(closed.toCompletableFuture()).isCompleted();

        FakeDevice late = fixture.device("pump-3");
        late.connect(true);
        assertThat(late.answers()).containsExactly("refused CONGESTION");
    }
}
