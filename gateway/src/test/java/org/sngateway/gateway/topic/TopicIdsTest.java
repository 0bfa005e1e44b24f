// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TopicIdsTest {
    private static final int LAST_ID = 0xFFFE;

    private final TopicIds ids = new TopicIds(3, IdChoice.NEXT, Set.of(1, 2, 4)::contains);

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
        TopicIds all = new TopicIds(LAST_ID, IdChoice.NEXT, id -> id > 2 && id < LAST_ID);

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

    // ---- chosen by name

    private static TopicIds byName(int... taken) {
        return new TopicIds(LAST_ID, IdChoice.BY_NAME, id -> IntStream.of(taken).anyMatch(one -> one == id));
    }

    @Test
    void shouldGiveTheSameIdForTheSameNameEverywhere() {
        TopicIds here = byName();
        TopicIds there = byName();
        here.idFor("pumps/1/state");
        int id = here.idFor("pumps/1/command");

        assertThat(there.idFor("pumps/1/command")).isEqualTo(id);
        assertThat(there.nameOf(here.idFor("pumps/1/state"))).isNull();
    }

    /** Devices remember ids for as long as they like: what a name gives now it gives in every version to come. */
    @Test
    void shouldNeverChangeItsMind() {
        assertThat(byName().idFor("a")).isEqualTo(57_226);
        assertThat(byName().idFor("pumps/1/state")).isEqualTo(32_022);
        assertThat(byName().idFor("sensors/温度")).isEqualTo(13_644);
    }

    @Test
    void shouldGiveTheNextFreeIdWhenANameHasTheIdOfAnother() {
        TopicIds ids = byName();
        // These have one hash code.
        int first = ids.idFor("topic/Aa");
        int second = ids.idFor("topic/BB");

        assertThat(second).isEqualTo(first + 1);
        assertThat(ids.nameOf(first)).isEqualTo("topic/Aa");
        assertThat(ids.nameOf(second)).isEqualTo("topic/BB");
        assertThat(byName(first).idFor("topic/Aa")).isEqualTo(first + 1);
    }

    @Test
    void shouldGiveEveryIdThereIs() {
        TopicIds all = byName(7);
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < LAST_ID - 1; i++) {
            given.add(all.idFor("t" + i));
        }

        assertThat(given).hasSize(LAST_ID - 1).allMatch(id -> id >= 1 && id <= LAST_ID && id != 7);
        assertThat(all.idFor("one more")).isZero();
    }

    @Test
    void shouldSpreadNamesThatAreAlike() {
        TopicIds ids = byName();
        int moved = 0;
        for (int i = 0; i < 100; i++) {
            String name = "site/pump-" + i + "/state";
            if (ids.idFor(name) != byName().idFor(name)) {
                moved++;
            }
        }
        // 100 names in 65534 ids: 0.08 pairs are expected to meet.
        assertThat(moved).isLessThanOrEqualTo(1);
    }
}
