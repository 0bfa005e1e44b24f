// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.topic.TopicFilter;

class FilterTrieTest {
    private final FilterTrie<String> trie = new FilterTrie<>();

    @Test
    void shouldFindWhatWasPut() {
        put("a/b");
        put("a/+");

        assertThat(trie.get(new TopicFilter("a/b"))).isEqualTo("a/b");
        assertThat(trie.get(new TopicFilter("a/+"))).isEqualTo("a/+");
        assertThat(trie.get(new TopicFilter("a"))).isNull();
        assertThat(trie.get(new TopicFilter("a/#"))).isNull();
        assertThat(trie.get(new TopicFilter("a/b/c"))).isNull();
    }

    @Test
    void shouldReplaceTheValueOfAFilter() {
        trie.put(new TopicFilter("a"), "old");
        trie.put(new TopicFilter("a"), "new");

        assertThat(trie.get(new TopicFilter("a"))).isEqualTo("new");
        assertThat(match("a")).containsExactly("new");
    }

    @Test
    void shouldMatchEveryFilterOnce() {
        for (String filter : List.of("a/b", "a/+", "+/b", "+/+", "a/#", "#", "a/b/#", "b/b", "a", "a/b/c")) {
            put(filter);
        }

        assertThat(match("a/b")).containsExactlyInAnyOrder("a/b", "a/+", "+/b", "+/+", "a/#", "#", "a/b/#");
    }

    @ParameterizedTest
    @CsvSource({"#", "+/broker", "+/#", "$SYS/+/uptime"})
    void shouldNotMatchALeadingDollarWithALeadingWildcard(String filter) {
        put(filter);

        assertThat(match("$SYS/broker")).isEmpty();
    }

    @Test
    void shouldMatchALeadingDollarInFull() {
        put("$SYS/#");
        put("$SYS/+");

        assertThat(match("$SYS/broker")).containsExactlyInAnyOrder("$SYS/#", "$SYS/+");
        assertThat(match("$SYS")).containsExactly("$SYS/#");
    }

    @Test
    void shouldTakeADollarFurtherInForAnOrdinaryLevel() {
        put("a/+");
        put("a/#");

        assertThat(match("a/$b")).containsExactlyInAnyOrder("a/+", "a/#");
    }

    @Test
    void shouldTellEmptyLevelsApart() {
        put("/a");
        put("a/");
        put("//");
        put("+/a");

        assertThat(match("/a")).containsExactlyInAnyOrder("/a", "+/a");
        assertThat(match("a/")).containsExactly("a/");
        assertThat(match("//")).containsExactly("//");
        assertThat(match("a")).isEmpty();
    }

    @Test
    void shouldMatchNothingForAnEmptyName() {
        put("#");
        put("+");
        put("/#");

        assertThat(match("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a/+, a/b, true",
        "a/+, +/b, true",
        "a/+, a/b/c, false",
        "a/#, a, true",
        "a, a/#, true",
        "a/#, +, true",
        "#, x/y/z, true",
        "#, $SYS/x, false",
        "+/x, $SYS/x, false",
        "$SYS/#, $SYS/+/x, true",
        "a/+/c, a/b/#, true",
        "a/+/c, a/b/+/d, false",
        "/#, +, false",
        "+, /#, false",
        "/#, +/a, true",
        "/#, +/#, true",
        "/, +/+, true"
    })
    void shouldKnowWhichFiltersOverlap(String first, String second, boolean expected) {
        put(first);

        assertThat(trie.overlaps(new TopicFilter(second))).isEqualTo(expected);
    }

    @Test
    void shouldLeaveNothingBehind() {
        List<String> filters = List.of("a", "a/b", "a/b/c", "a/+", "a/#", "#", "/", "//x");
        filters.forEach(this::put);
        assertThat(trie.isEmpty()).isFalse();

        filters.forEach(filter -> trie.remove(new TopicFilter(filter)));

        assertThat(trie.isEmpty()).isTrue();
    }

    @Test
    void shouldRemoveOnlyTheFilterNamed() {
        put("a");
        put("a/b/c");

        trie.remove(new TopicFilter("a/b"));
        trie.remove(new TopicFilter("a/b/c/d"));
        trie.remove(new TopicFilter("x/y"));
        trie.remove(new TopicFilter("a"));

        assertThat(trie.get(new TopicFilter("a"))).isNull();
        assertThat(match("a/b/c")).containsExactly("a/b/c");
    }

    private void put(String filter) {
        trie.put(new TopicFilter(filter), filter);
    }

    private List<String> match(String topic) {
        List<String> matched = new ArrayList<>();
        trie.match(topic, matched::add);
        return matched;
    }
}
