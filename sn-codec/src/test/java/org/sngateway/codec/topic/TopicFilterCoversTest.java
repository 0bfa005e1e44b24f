// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link TopicFilter#covers} against {@link TopicFilter#matches}, for every filter of up to four levels of a small alphabet. */
class TopicFilterCoversTest {
    private static final List<String> FILTER_LEVELS = List.of("", "a", "$", "+", "#");
    private static final int MOST_FILTER_LEVELS = 4;

    /** With a level that no filter names, and one more of them: whatever one filter matches and another does not shows here. */
    private static final List<String> NAME_LEVELS = List.of("", "a", "$", "other");

    private static final int MOST_NAME_LEVELS = 5;

    @ParameterizedTest
    @CsvSource({
        "a/#, a, true",
        "a/#, a/b/#, true",
        "a/#, a/+, true",
        "a/+, a/#, false",
        "a/+/#, a/#, false",
        "+/#, #, true",
        "/+/#, /#, true",
        "+/+/#, #, false",
        "#, $SYS/x, false",
        "#, +/x, true",
        "$SYS/#, $SYS/+/x, true",
        "$SYS/#, #, false",
        "+/x, #, false",
        "a/b, a/b, true",
        "a/b, a/+, false",
        "a/b, a/bc, false",
    })
    void shouldKnowTheseCases(String mine, String theirs, boolean covered) {
        assertThat(new TopicFilter(mine).covers(new TopicFilter(theirs))).isEqualTo(covered);
    }

    @Test
    void shouldCoverExactlyTheFiltersWhoseTopicsItMatches() {
        List<String> names = texts(NAME_LEVELS, MOST_NAME_LEVELS).stream()
                .filter(TopicName::isValid)
                .toList();
        List<TopicFilter> filters = texts(FILTER_LEVELS, MOST_FILTER_LEVELS).stream()
                .filter(TopicFilter::isValid)
                .map(TopicFilter::new)
                .toList();
        List<BitSet> matched =
                filters.stream().map(filter -> matched(filter, names)).toList();
        assertThat(filters).hasSizeGreaterThan(400);

        List<String> wrong = new ArrayList<>();
        for (int mine = 0; mine < filters.size(); mine++) {
            for (int theirs = 0; theirs < filters.size(); theirs++) {
                BitSet missed = (BitSet) matched.get(theirs).clone();
                missed.andNot(matched.get(mine));
                if (filters.get(mine).covers(filters.get(theirs)) != missed.isEmpty()) {
                    wrong.add(filters.get(mine).value() + " and "
                            + filters.get(theirs).value());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static BitSet matched(TopicFilter filter, List<String> names) {
        BitSet matched = new BitSet(names.size());
        for (int i = 0; i < names.size(); i++) {
            matched.set(i, filter.matches(names.get(i)));
        }
        return matched;
    }

    /** All texts of one to {@code most} of these levels. */
    private static List<String> texts(List<String> levels, int most) {
        List<String> all = new ArrayList<>(levels);
        List<String> longest = levels;
        for (int count = 2; count <= most; count++) {
            List<String> longer = new ArrayList<>();
            for (String text : longest) {
                levels.forEach(level -> longer.add(text + "/" + level));
            }
            all.addAll(longer);
            longest = longer;
        }
        return all;
    }
}
