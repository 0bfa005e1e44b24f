// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.ManualLoop;

/** A per-device upstream on one manual loop, unless there are more, with fake connections. */
final class DedicatedFixture {
    static final int MAX_FILTERS = 2;
    static final DedicatedSettings SETTINGS = settings(1, true, 1000);
    /** Of MQTT 3.1.1. */
    static final DedicatedSettings OLD = settings(1, false, 1000);

    static DedicatedSettings settings(int servers, boolean resumable, int connectsPerSecond) {
        return new DedicatedSettings(
                "gw", id -> id, servers, resumable, 4, 3, 1200, false, MAX_FILTERS, connectsPerSecond);
    }

    final ManualLoop loop = new ManualLoop();
    final GatewayCounters counters = new GatewayCounters();
    final List<FakeConnection> ofGateway = new ArrayList<>();
    final List<FakeConnection> ofDevices = new ArrayList<>();
    final DedicatedUpstream upstream;

    DedicatedFixture() {
        this(SETTINGS);
    }

    DedicatedFixture(DedicatedSettings settings) {
        upstream = new DedicatedUpstream(
                List.of(loop),
                (spec, on, listener) -> {
                    FakeConnection made = new FakeConnection(spec, on, listener);
                    (spec.identity() instanceof Identity.OfGateway ? ofGateway : ofDevices).add(made);
                    return made;
                },
                settings,
                counters);
        upstream.open();
        loop.runPending();
    }

    FakeDevice device(String clientId) {
        return new FakeDevice(loop, upstream.uplink(0), clientId);
    }

    /** A device that the broker has let in. */
    FakeDevice connected(String clientId, boolean clean) {
        FakeDevice device = device(clientId);
        device.connect(clean);
        last().accept();
        assertThat(device.answers()).containsExactly("accepted");
        return device;
    }

    /** The connection that was made last. */
    FakeConnection last() {
        return ofDevices.get(ofDevices.size() - 1);
    }

    /** The broker sees the end of a connection. */
    void end(FakeConnection connection) {
        connection.closed.complete(null);
        loop.runPending();
    }

    void advance(Duration duration) {
        loop.advance(duration);
    }

    static UpstreamMessage will(String payload) {
        return new UpstreamMessage("wills", Payload.utf8(payload), Qos.AT_LEAST_ONCE, false);
    }
}
