// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sngateway.simulator.check.EndToEndCheck.Arrival;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;

final class EndToEndCheckTest {
    private final EndToEndCheck check = new EndToEndCheck(2);

    private void send(int node, int count) {
        for (int sequence = 0; sequence < count; sequence++) {
            check.onSent(node, sequence);
        }
    }

    @Test
    void shouldFindNothingWrongWhenAllArriveInOrder() {
        send(0, 3);
        for (int sequence = 0; sequence < 3; sequence++) {
            check.onAcknowledged(0, sequence);
            assertThat(check.onReceived(0, sequence)).isEqualTo(Arrival.IN_ORDER);
        }

        assertThat(check.verdict()).isEqualTo(new Verdict(3, 3, 3, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldTellAcknowledgedLossFromOther() {
        send(0, 4);
        check.onAcknowledged(0, 1);
        check.onAcknowledged(0, 2);
        check.onReceived(0, 0);
        check.onReceived(0, 2);

        Verdict verdict = check.verdict();
        assertThat(verdict.lostAcknowledged()).isEqualTo(1); // #1
        assertThat(verdict.lostUnacknowledged()).isEqualTo(1); // #3
        assertThat(verdict.received()).isEqualTo(2);
        assertThat(verdict.acknowledged()).isEqualTo(2);
    }

    @Test
    void shouldNotCallALateArrivalLost() {
        send(0, 1);
        check.onAcknowledged(0, 0);
        assertThat(check.verdict().lostAcknowledged()).isEqualTo(1);

        check.onReceived(0, 0);
        assertThat(check.verdict().lostAcknowledged()).isZero();
    }

    @Test
    void shouldCountEachExtraArrivalAsDuplicateAndOnlyThat() {
        send(0, 2);
        check.onReceived(0, 0);
        check.onReceived(0, 1);
        assertThat(check.onReceived(0, 0)).isEqualTo(Arrival.DUPLICATE);
        assertThat(check.onReceived(0, 0)).isEqualTo(Arrival.DUPLICATE);

        assertThat(check.verdict().duplicated()).isEqualTo(2);
        assertThat(check.verdict().reordered()).isZero();
        assertThat(check.verdict().received()).isEqualTo(2);
    }

    @Test
    void shouldCountWhatWasOvertakenAsReordered() {
        send(0, 4);
        assertThat(check.onReceived(0, 2)).isEqualTo(Arrival.IN_ORDER);
        assertThat(check.onReceived(0, 0)).isEqualTo(Arrival.REORDERED);
        assertThat(check.onReceived(0, 1)).isEqualTo(Arrival.REORDERED);
        assertThat(check.onReceived(0, 3)).isEqualTo(Arrival.IN_ORDER);

        assertThat(check.verdict().reordered()).isEqualTo(2);
        assertThat(check.verdict().received()).isEqualTo(4);
    }

    @Test
    void shouldKeepTheOrderOfEachNodeByItself() {
        send(0, 2);
        send(1, 2);
        check.onReceived(0, 1);

        assertThat(check.onReceived(1, 0)).isEqualTo(Arrival.IN_ORDER);
        assertThat(check.verdict().sent()).isEqualTo(4);
    }

    @Test
    void shouldNotCountWhatWasNeverSentAsReceived() {
        send(0, 1);
        assertThat(check.onReceived(0, 1)).isEqualTo(Arrival.UNKNOWN);
        assertThat(check.onReceived(0, -1)).isEqualTo(Arrival.UNKNOWN);

        assertThat(check.verdict().unknown()).isEqualTo(2);
        assertThat(check.verdict().received()).isZero();
        assertThat(check.verdict().lostUnacknowledged()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAGapInWhatIsSent() {
        assertThatThrownBy(() -> check.onSent(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> check.onReceived(2, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
