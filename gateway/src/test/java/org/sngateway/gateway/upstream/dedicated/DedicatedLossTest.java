// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.Disconnection.Cause;

/** Lost devices and their wills, lost brokers, and sessions that another gateway has taken over. */
final class DedicatedLossTest {
    private final DedicatedFixture fixture = new DedicatedFixture();

    private FakeDevice connectedWithWill(boolean clean) {
        FakeDevice device = fixture.device("pump-1");
        device.connect(clean, DedicatedFixture.will("gone"));
        fixture.last().accept();
        device.answers();
        return device;
    }

    // ---- wills

    @Test
    void shouldLetTheBrokerPublishTheWillOfALostDevice() {
        FakeDevice kept = connectedWithWill(false);
        kept.lose(true, DedicatedFixture.will("gone"));
        assertThat(fixture.last().end).isEqualTo(End.PUBLISH_WILL);
        assertThat(kept.answers()).containsExactly("lost ACCEPTED");
        fixture.end(fixture.last());

        FakeDevice clean = connectedWithWill(true);
        clean.lose(false, DedicatedFixture.will("gone"));
        assertThat(fixture.last().end).isEqualTo(End.PUBLISH_WILL_AND_END_SESSION);
    }

    @Test
    void shouldLeaveWithoutAWillWhenThereIsNone() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.lose(true, null);

        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(device.answers()).containsExactly("lost ACCEPTED");
    }

    @Test
    void shouldCountOnTheBrokerToMissTheConnectionWhileItIsAway() {
        FakeDevice device = connectedWithWill(false);
        fixture.last().fail(Cause.LOST);

        device.lose(true, DedicatedFixture.will("gone"));

        assertThat(device.answers()).containsExactly("lost ACCEPTED");
        assertThat(fixture.last().end).isEqualTo(End.PUBLISH_WILL);
    }

    @Test
    void shouldReconnectWithAChangedWill() {
        FakeDevice device = connectedWithWill(false);
        device.changeWill(DedicatedFixture.will("changed"));
        assertThat(device.answers()).isEmpty();
        assertThat(fixture.last().will).isEqualTo(DedicatedFixture.will("changed"));

        fixture.last().accept(true);

        assertThat(device.answers()).containsExactly("will ACCEPTED");
        assertThat(fixture.ofDevices).hasSize(1);
        device.changeWill(null);
        fixture.last().accept(true);
        assertThat(fixture.last().will).isNull();
        assertThat(device.answers()).containsExactly("will ACCEPTED");
    }

    @Test
    void shouldNotReconnectForAWillThatIsTheSame() {
        FakeDevice device = connectedWithWill(false);
        device.changeWill(DedicatedFixture.will("gone"));

        assertThat(device.answers()).containsExactly("will ACCEPTED");
        assertThat(fixture.last().connected).isTrue();
    }

    @Test
    void shouldKeepTheWillWhenTheBrokerGoesAway() {
        FakeDevice device = connectedWithWill(false);
        device.changeWill(DedicatedFixture.will("changed"));
        fixture.last().fail(Cause.UNREACHABLE);
        assertThat(device.answers()).containsExactly("will CONGESTION");
        assertThat(fixture.last().will).isEqualTo(DedicatedFixture.will("gone"));

        device.changeWill(DedicatedFixture.will("changed"));
        assertThat(device.answers()).containsExactly("will CONGESTION");
        assertThat(fixture.last().will).isEqualTo(DedicatedFixture.will("gone"));
    }

    @Test
    void shouldHoldALostDeviceUntilTheBrokerHasItsWill() {
        FakeDevice device = connectedWithWill(false);
        device.changeWill(DedicatedFixture.will("changed"));
        fixture.last().fail(Cause.UNREACHABLE);
        device.answers();

        device.lose(true, DedicatedFixture.will("gone"));
        assertThat(device.answers()).containsExactly("lost CONGESTION");
        fixture.last().accept(true);
        device.lose(true, DedicatedFixture.will("gone"));

        assertThat(device.answers()).containsExactly("lost ACCEPTED");
        assertThat(fixture.last().end).isEqualTo(End.PUBLISH_WILL);
    }

    @Test
    void shouldRefuseToChangeAWillThatWouldCostTheSession() {
        DedicatedFixture old = new DedicatedFixture(DedicatedFixture.OLD);
        FakeDevice clean = old.connected("pump-1", true);
        clean.changeWill(DedicatedFixture.will("changed"));
        assertThat(clean.answers()).containsExactly("will REFUSED");
        assertThat(old.last().connected).isTrue();

        FakeDevice kept = old.connected("pump-2", false);
        kept.changeWill(DedicatedFixture.will("changed"));
        old.last().accept(true);
        assertThat(kept.answers()).containsExactly("will ACCEPTED");
    }

    @Test
    void shouldGoOnWithTheSessionAndAnotherWill() {
        FakeDevice device = connectedWithWill(false);
        device.connect(false, DedicatedFixture.will("changed"));
        assertThat(device.answers()).isEmpty();

        fixture.last().accept(true);

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.ofDevices).hasSize(1);
        assertThat(fixture.last().will).isEqualTo(DedicatedFixture.will("changed"));
    }

    @Test
    void shouldGoOnWithAnotherWillWhileTheBrokerIsAway() {
        FakeDevice device = connectedWithWill(false);
        fixture.last().fail(Cause.LOST);

        device.connect(false, DedicatedFixture.will("changed"));

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.last().will).isEqualTo(DedicatedFixture.will("changed"));
    }

    // ---- the broker

    @Test
    void shouldStayThroughAnOutage() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().fail(Cause.LOST);
        for (int i = 0; i < 20; i++) {
            fixture.last().fail(Cause.UNREACHABLE);
        }
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isZero();
        fixture.last().accept(true);

        assertThat(device.answers()).isEmpty();
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isEqualTo(1);
        device.publish("a", Qos.AT_LEAST_ONCE);
        assertThat(fixture.last().unacknowledged()).containsExactly("a");
    }

    @Test
    void shouldDropADeviceThatTheBrokerLetsInNoLonger() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().fail(Cause.LOST);
        fixture.last().fail(Cause.NOT_AUTHORIZED);

        assertThat(device.answers()).containsExactly("dropped NOT_AUTHORIZED");
        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
    }

    @Test
    void shouldDropADeviceThatIsServedElsewhere() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.publish("a", Qos.AT_LEAST_ONCE);

        fixture.last().fail(Cause.TAKEN_OVER);

        assertThat(device.answers()).containsExactly("a CONGESTION", "dropped TAKEN_OVER");
        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isZero();
    }

    @Test
    void shouldConnectADeviceThatComesBack() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().fail(Cause.TAKEN_OVER);
        fixture.end(fixture.last());
        device.answers();

        device.connect(false);
        fixture.last().accept(true);

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.ofDevices).hasSize(2);
    }

    // ---- a broker that does not tell of another gateway

    private FakeDevice withBroker() {
        fixture.ofGateway.get(0).accept();
        return fixture.connected("pump-1", false);
    }

    private void loseAndReconnect(Duration after) {
        fixture.advance(after);
        fixture.last().fail(Cause.LOST);
        if (fixture.last().begun) {
            fixture.last().accept(true);
        }
    }

    @Test
    void shouldGiveWayWhenTheConnectionIsLostAgainAndTheDeviceIsSilent() {
        FakeDevice device = withBroker();
        loseAndReconnect(Duration.ofHours(1));
        assertThat(device.answers()).isEmpty();

        loseAndReconnect(Duration.ofSeconds(1));

        assertThat(device.answers()).containsExactly("dropped TAKEN_OVER");
        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(fixture.last().begun).isFalse();
    }

    @Test
    void shouldNotGiveWayWhileTheDeviceIsHeardOf() {
        FakeDevice device = withBroker();
        for (int i = 0; i < 5; i++) {
            loseAndReconnect(Duration.ofSeconds(1));
            fixture.advance(Duration.ofSeconds(1));
            device.hear();
        }
        assertThat(device.answers()).isEmpty();
    }

    @Test
    void shouldNotTakeLossesThatAreFarApartForAnotherGateway() {
        FakeDevice sleeper = withBroker();
        for (int i = 0; i < 5; i++) {
            loseAndReconnect(TakeOverWatch.CONTEST);
        }
        assertThat(sleeper.answers()).isEmpty();
    }

    @Test
    void shouldNotTakeALossOfManyConnectionsForAnotherGateway() {
        List<FakeDevice> devices = manyDevices(3);
        for (int i = 0; i < TakeOverWatch.MAX_EXCUSED; i++) {
            loseAll();
        }
        assertThat(devices).allSatisfy(device -> assertThat(device.answers()).isEmpty());
    }

    @Test
    void shouldGiveWayWhenAllDevicesHaveMovedToAnotherGateway() {
        List<FakeDevice> devices = manyDevices(3);
        for (int i = 0; i < TakeOverWatch.MAX_EXCUSED + 2; i++) {
            loseAll();
        }
        assertThat(devices).allSatisfy(device -> assertThat(device.answers()).containsExactly("dropped TAKEN_OVER"));
    }

    @Test
    void shouldGiveWayWhenLessThanOneInTwentyConnectionsAreLost() {
        List<FakeDevice> devices = manyDevices(100);
        for (int round = 0; round < 2; round++) {
            fixture.advance(LossBurst.LENGTH.plusSeconds(1));
            fixture.ofDevices.stream().limit(3).forEach(connection -> connection.lose(Cause.LOST));
            fixture.ofDevices.stream().limit(3).forEach(DedicatedLossTest::reconnect);
        }
        assertThat(devices.subList(0, 3))
                .allSatisfy(device -> assertThat(device.answers()).containsExactly("dropped TAKEN_OVER"));
    }

    private List<FakeDevice> manyDevices(int count) {
        fixture.ofGateway.get(0).accept();
        return IntStream.range(0, count)
                .mapToObj(i -> fixture.connected("pump-" + i, false))
                .toList();
    }

    private void loseAll() {
        fixture.advance(LossBurst.LENGTH.plusSeconds(1));
        fixture.ofDevices.stream()
                .filter(connection -> connection.connected)
                .forEach(connection -> connection.lose(Cause.LOST));
        fixture.ofDevices.forEach(DedicatedLossTest::reconnect);
    }

    private static void reconnect(FakeConnection connection) {
        if (connection.end == null && !connection.connected) {
            connection.attempt();
            if (connection.begun) {
                connection.accept(true);
            }
        }
    }

    @Test
    void shouldNotTakeItForAnotherGatewayWhenTheBrokerMayNotLikeAMessage() {
        FakeDevice device = withBroker();
        device.publish("forbidden", Qos.AT_LEAST_ONCE);
        for (int i = 0; i < 5; i++) {
            loseAndReconnect(Duration.ofSeconds(1));
        }
        assertThat(device.answers()).isEmpty();
    }

    @Test
    void shouldNotTakeABrokerThatRestartsForAnotherGateway() {
        FakeDevice sleeper = withBroker();
        for (int i = 0; i < 5; i++) {
            fixture.ofGateway.get(0).fail(Cause.LOST);
            loseAndReconnect(Duration.ofSeconds(1));
            fixture.ofGateway.get(0).accept();
        }
        for (int i = 0; i < 5; i++) {
            fixture.ofGateway.get(0).fail(Cause.LOST);
            fixture.ofGateway.get(0).accept();
            loseAndReconnect(Duration.ZERO);
        }
        assertThat(sleeper.answers()).isEmpty();
    }
}
