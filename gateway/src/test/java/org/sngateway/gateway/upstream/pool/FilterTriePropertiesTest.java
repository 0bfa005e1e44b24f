// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.sngateway.codec.topic.TopicFilter;

/** The trie against one filter after the other. */
class FilterTriePropertiesTest {
    @Property
    void shouldMatchLikeEachFilterByItself(
            @ForAll("filters") List<TopicFilter> filters, @ForAll("topics") List<String> topics) {
        FilterTrie<TopicFilter> trie = new FilterTrie<>();
        filters.forEach(filter -> trie.put(filter, filter));

        for (String topic : topics) {
            List<TopicFilter> matched = new ArrayList<>();
            trie.match(topic, matched::add);
            List<TopicFilter> expected = filters.stream()
                    .distinct()
                    .filter(filter -> filter.matches(topic))
                    .toList();
            assertThat(matched).as(topic).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Property
    void shouldOverlapLikeEachFilterByItself(
            @ForAll("filters") List<TopicFilter> filters, @ForAll("filters") List<TopicFilter> others) {
        FilterTrie<TopicFilter> trie = new FilterTrie<>();
        filters.forEach(filter -> trie.put(filter, filter));

        for (TopicFilter other : others) {
            assertThat(trie.overlaps(other))
                    .as("%s overlaps one of %s", other, filters)
                    .isEqualTo(filters.stream().anyMatch(other::overlaps));
        }
    }

    @Property
    void shouldHoldWhatAMapHoldsAndNothingAfterwards(@ForAll("filters") List<TopicFilter> filters) {
        FilterTrie<Integer> trie = new FilterTrie<>();
        Map<TopicFilter, Integer> expected = new LinkedHashMap<>();
        for (int i = 0; i < filters.size(); i++) {
            TopicFilter filter = filters.get(i);
            if (i % 3 == 2) {
                trie.remove(filter);
                expected.remove(filter);
            } else {
                trie.put(filter, i);
                expected.put(filter, i);
            }
            filters.forEach(any -> assertThat(trie.get(any)).isEqualTo(expected.get(any)));
        }

        filters.forEach(trie::remove);

        assertThat(trie.isEmpty()).isTrue();
    }

    @Provide
    Arbitrary<List<TopicFilter>> filters() {
        Arbitrary<String> levels = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of("a", "b", "", "$", "$a")),
                Tuple.of(3, Arbitraries.just("+")),
                Tuple.of(1, Arbitraries.just("#")));
        return levels.list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("/", parts))
                .filter(TopicFilter::isValid)
                .map(TopicFilter::new)
                .list()
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<String>> topics() {
        return Arbitraries.of("a", "b", "c", "", "$", "$a")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("/", parts))
                .filter(topic -> !topic.isEmpty())
                .list()
                .ofMaxSize(8);
    }
}
