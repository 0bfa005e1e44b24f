// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class TopicIdsTest {
    private static final int LAST_ID = 0xFFFE;

    private final TopicIds ids = new TopicIds(3, Set.of(1, 2, 4)::contains);

    @Test
    void shouldGiveIdsInOrderSkippingThoseThatAreTaken() {
        assertThat(ids.idFor("a")).isEqualTo(3);
        assertThat(ids.idFor("b")).isEqualTo(5);
        assertThat(ids.idFor("c")).isEqualTo(6);
        assertThat(ids.size()).isEqualTo(3);
    }

    @Test
    void shouldKnowNamesAndIdsBothWays() {
        ids.idFor("a");
        ids.idFor("b");

        assertThat(ids.idFor("a")).isEqualTo(3);
        assertThat(ids.nameOf(3)).isEqualTo("a");
        assertThat(ids.nameOf(5)).isEqualTo("b");
    }

    @Test
    void shouldKnowNothingOfIdsThatWereNotGiven() {
        ids.idFor("a");

        for (int id : new int[] {0, 1, 2, 4, 5, LAST_ID, 0xFFFF, -1}) {
            assertThat(ids.nameOf(id)).isNull();
        }
        assertThat(ids.confirmedIdOf("b")).isZero();
    }

    @Test
    void shouldGiveNoMoreThanTheLimit() {
        ids.idFor("a");
        ids.idFor("b");
        ids.idFor("c");

        assertThat(ids.idFor("d")).isZero();
        assertThat(ids.idFor("c")).isEqualTo(6);
    }

    @Test
    void shouldNotGiveReservedIds() {
        TopicIds all = new TopicIds(LAST_ID, id -> id > 2 && id < LAST_ID);

        assertThat(all.idFor("a")).isEqualTo(1);
        assertThat(all.idFor("b")).isEqualTo(2);
        assertThat(all.idFor("c")).isEqualTo(LAST_ID);
        assertThat(all.idFor("d")).isZero();
        assertThat(all.nameOf(LAST_ID)).isEqualTo("c");
    }

    @Test
    void shouldTellWhichIdsTheDeviceKnows() {
        int a = ids.idFor("a");
        int b = ids.idFor("b");
        assertThat(ids.confirmedIdOf("a")).isZero();

        ids.confirm(a);
        ids.confirm(b);
        assertThat(ids.confirmedIdOf("a")).isEqualTo(a);
        ids.forget(a);
        assertThat(ids.confirmedIdOf("a")).isZero();
        assertThat(ids.confirmedIdOf("b")).isEqualTo(b);
        ids.forgetConfirmations();
        assertThat(ids.confirmedIdOf("b")).isZero();
        assertThat(ids.nameOf(b)).isEqualTo("b");
    }
}
