// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.sngateway.gateway.observe.ConnectionStatus.Snapshot;
import org.sngateway.gateway.observe.ConnectionStatus.State;

class ConnectionStatusTest {
    private final ConnectionStatuses statuses = new ConnectionStatuses();
    private final ConnectionStatus lane = statuses.register("lane-0");

    @Test
    void shouldBeConnectingUntilTheFirstAttemptIsDecided() {
        assertThat(lane.snapshot()).isEqualTo(new Snapshot("lane-0", State.CONNECTING, 0, "", 0, 0, 0));
    }

    @Test
    void shouldTellSinceWhenItIsAwayAndWhyLately() {
        lane.disconnected(5, "unknown host");
        lane.disconnected(9, "connection refused");

        assertThat(lane.snapshot())
                .isEqualTo(new Snapshot("lane-0", State.DISCONNECTED, 5, "connection refused", 0, 0, 2));
    }

    @Test
    void shouldTellLossesFromAttemptsThatFailed() {
        lane.connected(1);
        lane.disconnected(2, "reset");
        lane.disconnected(3, "refused");
        lane.connected(4);

        assertThat(lane.snapshot()).isEqualTo(new Snapshot("lane-0", State.CONNECTED, 4, "refused", 2, 1, 1));
    }

    @Test
    void shouldListConnectionsByName() {
        statuses.register("retained").connected(1);
        statuses.register("lane-1");

        assertThat(statuses.list()).extracting(Snapshot::name).containsExactly("lane-0", "lane-1", "retained");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> statuses.register("lane-1"))
                .withMessage("name is lane-1, which another connection has");
    }
}
