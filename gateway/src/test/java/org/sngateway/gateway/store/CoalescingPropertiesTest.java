// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.sngateway.codec.message.Qos;

class CoalescingPropertiesTest {
    private static final Arbitrary<String> CLIENTS = Arbitraries.of("", "a", "b");
    private static final Arbitrary<Long> SEQS = Arbitraries.longs().between(1, 6);
    private static final Arbitrary<Integer> IDS = Arbitraries.integers().between(1, 3);

    @Property(tries = 5000)
    void shouldEndInSameState(@ForAll("changes") List<Change> before, @ForAll("changes") List<Change> batch) {
        List<Change> possible = withoutSecondAdds(before, batch);
        ModelDatabase expected = new ModelDatabase();
        before.forEach(change -> change.accept(expected));
        possible.forEach(change -> change.accept(expected));
        ModelDatabase actual = new ModelDatabase();
        before.forEach(change -> change.accept(actual));

        List<Change> reduced = Coalescing.reduce(possible);
        reduced.forEach(change -> change.accept(actual));

        assertThat(actual.tables()).isEqualTo(expected.tables());
        assertThat(Coalescing.reduce(reduced)).isEqualTo(reduced);
    }

    @Example
    void shouldLeaveNothingOfWhatComesAndGoes() {
        assertThat(Coalescing.reduce(List.of(
                        new Change.AddDelivery(Rows.delivery("a", 1)),
                        new Change.UpdateDelivery("a", 1, 5, true),
                        Rows.append(9),
                        new Change.DeleteDelivery("a", 1),
                        new Change.DeleteJournal(List.of(9L)))))
                .isEmpty();
    }

    @Example
    void shouldWriteRowOnceThatChangesOften() {
        Change first = new Change.PutSession(Rows.session("a"));
        Change last = new Change.PutSession(Rows.session("a"));

        assertThat(Coalescing.reduce(List.of(first, first, last)))
                .singleElement()
                .isSameAs(last);
    }

    /** Numbers are never given twice, which is what lets an add and its delete cancel out. */
    private static List<Change> withoutSecondAdds(List<Change> before, List<Change> batch) {
        Set<Object> added = new HashSet<>();
        before.forEach(change -> isNew(added, change));
        List<Change> result = new ArrayList<>();
        for (Change change : batch) {
            if (isNew(added, change)) {
                result.add(change);
            }
        }
        return result;
    }

    private static boolean isNew(Set<Object> added, Change change) {
        if (change instanceof Change.AddDelivery add) {
            return added.add(List.of(add.delivery().clientId(), add.delivery().seq()));
        }
        if (change instanceof Change.DeleteDelivery delete) { // nor is what was deleted added later
            added.add(List.of(delete.clientId(), delete.seq()));
        }
        if (change instanceof Change.DeleteJournal delete) {
            added.addAll(delete.seqs());
        }
        if (change instanceof Change.Together together) {
            return together.changes().stream().allMatch(part -> isNew(added, part));
        }
        return !(change instanceof Change.AppendJournal append)
                || added.add(append.entry().seq());
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Change> change = change();
        Arbitrary<Change> together = change.list().ofMinSize(1).ofMaxSize(3).map(Change.Together::new);
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(9, change), net.jqwik.api.Tuple.of(1, together))
                .list()
                .ofMaxSize(25);
    }

    private static Arbitrary<Change> change() {
        return Arbitraries.oneOf(
                CLIENTS.map(c -> new Change.PutSession(Rows.session(c))),
                CLIENTS.map(Change.DeleteSession::new),
                Combinators.combine(CLIENTS, IDS, IDS)
                        .as((c, f, p) -> new Change.PutSubscription(new StoredSubscription(
                                c,
                                "f" + f,
                                Qos.AT_LEAST_ONCE,
                                Qos.AT_MOST_ONCE,
                                StoredSubscription.Naming.NAME,
                                0,
                                p))),
                Combinators.combine(CLIENTS, IDS).as((c, f) -> new Change.DeleteSubscription(c, "f" + f)),
                Combinators.combine(CLIENTS, IDS, IDS)
                        .as((c, id, n) -> new Change.PutTopicId(new StoredTopicId(c, id, "n" + n, false))),
                Combinators.combine(CLIENTS, IDS, IDS)
                        .as((c, id, sum) -> new Change.PutExchange(new StoredExchange(c, id, sum))),
                Combinators.combine(CLIENTS, IDS).as(Change.DeleteExchange::new),
                Combinators.combine(CLIENTS, SEQS).as((c, seq) -> new Change.AddDelivery(Rows.delivery(c, seq))),
                Combinators.combine(CLIENTS, SEQS, IDS).as((c, seq, id) -> new Change.UpdateDelivery(c, seq, id, true)),
                Combinators.combine(CLIENTS, SEQS).as(Change.DeleteDelivery::new),
                SEQS.map(Rows::append),
                SEQS.list().ofMaxSize(3).map(Change.DeleteJournal::new),
                SEQS.map(seq -> new Change.DeleteJournalOlderThan(1000 + seq)),
                Combinators.combine(IDS, IDS)
                        .as((f, l) -> new Change.PutPlacement(new StoredPlacement("f" + f, l, Qos.AT_LEAST_ONCE))),
                IDS.map(f -> new Change.DeletePlacement("f" + f)));
    }
}
