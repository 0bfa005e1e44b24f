// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.UpstreamMessage;

final class DedicatedConnectTest {
    private final DedicatedFixture fixture = new DedicatedFixture();

    @Test
    void shouldConnectWithTheDevicesOwnIdentityAndWill() {
        fixture.device("pump-1").connect(false, DedicatedFixture.will("gone"));

        assertThat(fixture.last().spec)
                .isEqualTo(new Spec(
                        "pump-1", new Identity.OfDevice("pump-1"), false, true, DedicatedFixture.will("gone")));
    }

    @Test
    void shouldKeepACleanSessionOverAShortLossWhereTheBrokerCan() {
        fixture.device("pump-1").connect(true);
        assertThat(fixture.last().spec.beginsSession()).isTrue();
        assertThat(fixture.last().spec.keepsSession()).isTrue();

        DedicatedFixture old = new DedicatedFixture(DedicatedFixture.OLD);
        old.device("pump-1").connect(true);
        assertThat(old.last().spec.keepsSession()).isFalse();
        old.device("pump-2").connect(false);
        assertThat(old.last().spec.keepsSession()).isTrue();
    }

    @Test
    void shouldAcceptWhenTheBrokerDoes() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false);
        assertThat(device.answers()).isEmpty();

        fixture.last().accept();

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isEqualTo(1);
    }

    @Test
    void shouldPassTheBrokersRefusalOn() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false);
        fixture.last().fail(Cause.NOT_AUTHORIZED);
        assertThat(device.answers()).containsExactly("refused REFUSED");
        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);

        device.connect(false);
        fixture.end(fixture.last());
        fixture.last().fail(Cause.UNREACHABLE);
        assertThat(device.answers()).containsExactly("refused CONGESTION");
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isZero();
    }

    @Test
    void shouldTryEveryServerBeforeItRefuses() {
        DedicatedFixture two = new DedicatedFixture(DedicatedFixture.settings(2, true, 1000));
        FakeDevice device = two.device("pump-1");
        device.connect(false);

        two.last().fail(Cause.UNREACHABLE);
        assertThat(device.answers()).isEmpty();
        two.last().accept();
        assertThat(device.answers()).containsExactly("accepted");
    }

    @Test
    void shouldRefuseAWillThatBrokersDoNotTake() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false, new UpstreamMessage("a\u0001", Payload.EMPTY, Qos.AT_MOST_ONCE, false));

        assertThat(device.answers()).containsExactly("refused REFUSED");
        assertThat(fixture.ofDevices).isEmpty();
    }

    @Test
    void shouldRefuseADeviceThatCallsItselfAsTheGatewayDoes() {
        FakeDevice device = fixture.device("gw-0");
        device.connect(false);
        assertThat(device.answers()).containsExactly("refused REFUSED");

        fixture.connected("gw-1", false);
    }

    @Test
    void shouldGoOnWithTheConnectionWhenTheSessionGoesOn() {
        FakeDevice device = fixture.connected("pump-1", false);

        device.connect(false);

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.ofDevices).hasSize(1);
        assertThat(fixture.last().end).isNull();
    }

    @Test
    void shouldGoOnWithTheSessionWhileTheBrokerIsAway() {
        FakeDevice device = fixture.connected("pump-1", false);
        fixture.last().fail(Cause.LOST);

        device.connect(false);

        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.ofDevices).hasSize(1);
    }

    @Test
    void shouldEndTheSessionBeforeACleanOneBegins() {
        FakeDevice device = fixture.connected("pump-1", false);
        FakeConnection before = fixture.last();

        device.disconnect(false);
        device.connect(true);

        assertThat(before.end).isEqualTo(End.END_SESSION);
        assertThat(fixture.ofDevices).hasSize(1);
        fixture.end(before);
        assertThat(fixture.ofDevices).hasSize(2);
        assertThat(fixture.last().spec.beginsSession()).isTrue();
    }

    @Test
    void shouldNotWaitForEverForTheEndOfTheConnectionBefore() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.disconnect(true);
        device.connect(false);

        fixture.advance(DedicatedDevice.CLOSE_PATIENCE.minus(Duration.ofMillis(1)));
        assertThat(fixture.ofDevices).hasSize(1);
        fixture.advance(Duration.ofMillis(1));
        assertThat(fixture.ofDevices).hasSize(2);
        fixture.end(fixture.ofDevices.get(0));
        assertThat(fixture.ofDevices).hasSize(2);
    }

    @Test
    void shouldWaitForTheEndOfAConnectionOfTheSameClientIdWhoeverHadIt() {
        FakeDevice first = fixture.connected("pump-1", true);
        first.disconnect(false);
        FakeDevice second = fixture.device("pump-1");

        second.connect(false);
        assertThat(fixture.ofDevices).hasSize(1);
        fixture.end(fixture.last());

        fixture.last().accept();
        assertThat(second.answers()).containsExactly("accepted");
    }

    @Test
    void shouldForgetAConnectThatIsFollowedByAnother() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false);
        FakeConnection first = fixture.last();
        device.connect(true);
        assertThat(first.end).isEqualTo(End.KEEP_SESSION);
        fixture.end(first);

        fixture.last().accept();
        assertThat(device.answers()).containsExactly("accepted");
        assertThat(fixture.ofDevices).hasSize(2);
    }

    @Test
    void shouldNotEndASessionThatItHasNotBeenLetInto() {
        FakeDevice device = fixture.device("pump-1");
        device.connect(false);

        device.disconnect(false);

        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);
        assertThat(device.answers()).isEmpty();
    }

    @Test
    void shouldLeaveASessionAsItIsKept() {
        FakeDevice kept = fixture.connected("pump-1", false);
        kept.disconnect(true);
        assertThat(fixture.last().end).isEqualTo(End.KEEP_SESSION);

        FakeDevice clean = fixture.connected("pump-2", true);
        clean.disconnect(false);
        assertThat(fixture.last().end).isEqualTo(End.END_SESSION);
        assertThat(fixture.counters.deviceConnectionsUp.sum()).isZero();
    }

    @Test
    void shouldLeaveWhileItWaitsForTheConnectionBefore() {
        FakeDevice device = fixture.connected("pump-1", false);
        device.disconnect(true);
        device.connect(false);
        device.disconnect(true);

        fixture.end(fixture.last());

        assertThat(fixture.ofDevices).hasSize(1);
        assertThat(fixture.loop.armedTimers()).isZero();
    }

    @Test
    void shouldConnectAtTheConfiguredRate() {
        DedicatedFixture slow = new DedicatedFixture(DedicatedFixture.settings(1, true, 1));
        FakeDevice first = slow.device("pump-1");
        FakeDevice second = slow.device("pump-2");
        FakeDevice third = slow.device("pump-3");
        first.connect(false);
        second.connect(false);
        third.connect(false);
        assertThat(slow.ofDevices).extracting(one -> one.begun).containsExactly(true, false, false);

        second.disconnect(false);
        slow.advance(Duration.ofSeconds(1));

        assertThat(slow.ofDevices).extracting(one -> one.begun).containsExactly(true, false, true);
    }

    @Test
    void shouldReconnectAtTheConfiguredRate() {
        DedicatedFixture slow = new DedicatedFixture(DedicatedFixture.settings(1, true, 10));
        for (int i = 0; i < 20; i++) {
            slow.device("pump-" + i).connect(false);
        }
        slow.advance(Duration.ofSeconds(3));
        slow.ofDevices.forEach(FakeConnection::accept);

        slow.ofDevices.forEach(connection -> connection.fail(Cause.LOST));

        assertThat(slow.ofDevices).filteredOn(connection -> connection.begun).hasSize(2);
        slow.advance(Duration.ofSeconds(1));
        assertThat(slow.ofDevices).filteredOn(connection -> connection.begun).hasSize(12);
    }

    @Test
    void shouldTellADeviceToTryLaterWhenTooManyWait() {
        DedicatedFixture slow = new DedicatedFixture(DedicatedFixture.settings(1, true, 1));
        for (int i = 0; i < 31; i++) {
            slow.device("pump-" + i).connect(false);
        }

        FakeDevice late = slow.device("late");
        late.connect(false);

        assertThat(late.answers()).containsExactly("refused CONGESTION");
    }
}
