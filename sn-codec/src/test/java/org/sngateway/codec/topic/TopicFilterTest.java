// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "+", "#", "/", "+/+", "/#", "+/#", "a/+/b", "a/#", "//", "$SYS/#", "a/+", "/+/"})
    void shouldTakeFilters(String text) {
        assertThat(TopicFilter.isValid(text)).isTrue();
        assertThat(new TopicFilter(text).value()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a#", "#a", "#/", "#/a", "a/#/b", "##", "+a", "a+", "a/b+", "a/+b/c", "++", "+#", "a\0", "\uD83D"
            })
    void shouldRefuseWhatIsNoFilter(String text) {
        assertThat(TopicFilter.isValid(text)).isFalse();
        assertThatThrownBy(() -> new TopicFilter(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"a, false", "a/b, false", "+, true", "a/#, true", "a/+/b, true"})
    void shouldKnowItsWildcards(String filter, boolean hasWildcard) {
        assertThat(new TopicFilter(filter).hasWildcard()).isEqualTo(hasWildcard);
    }

    /** The examples of MQTT 5 §4.7.1 and §4.7.2. */
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1,                 true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking,         true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/tennis/player1/#, sport/tennis/player10,                false",
        "sport/#,                sport,                                true",
        "sport/tennis/+,         sport/tennis/player1,                 true",
        "sport/tennis/+,         sport/tennis/player1/ranking,         false",
        "sport/+,                sport,                                false",
        "sport/+,                sport/,                               true",
        "+/+,                    /finance,                             true",
        "/+,                     /finance,                             true",
        "+,                      /finance,                             false",
        "#,                      $SYS/monitor,                         false",
        "+/monitor/Clients,      $SYS/monitor/Clients,                 false",
        "$SYS/#,                 $SYS,                                 true",
        "$SYS/#,                 $SYS/monitor/Clients,                 true",
        "$SYS/monitor/+,         $SYS/monitor/Clients,                 true",
        "a/+,                    a/$b,                                 true",
        "ACCOUNTS,               Accounts,                             false",
        "a,                      '',                                   false",
        "#,                      '',                                   false",
    })
    void shouldMatchAsTheStandardSays(String filter, String topicName, boolean matches) {
        assertThat(new TopicFilter(filter).matches(topicName)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "a,      a,      true",
        "a,      b,      false",
        "a/+,    +/b,    true",
        "a/+,    b/+,    false",
        "a/#,    a,      true",
        "a/#,    +,      true",
        "#,      $SYS/#, false",
        "+/a,    $x/a,   false",
        "+,      /#,     false",
        "#,      /#,     true",
        "+/#,    /#,     true",
        "+/+/#,  /,      true",
    })
    void shouldOverlapWhereOneTopicMatchesBoth(String one, String other, boolean overlaps) {
        assertThat(new TopicFilter(one).overlaps(new TopicFilter(other))).isEqualTo(overlaps);
        assertThat(new TopicFilter(other).overlaps(new TopicFilter(one))).isEqualTo(overlaps);
    }

    /**
     * All filters of up to three levels against all topics of up to four, over an alphabet that has the empty level and
     * the {@code $} rule in it; two such filters with a common topic have one of these.
     */
    @Test
    void shouldAgreeWithBruteForceOnAllSmallTopics() {
        List<String> topics = paths(List.of("", "a", "b", "$a"), 4);
        List<TopicFilter> filters = new ArrayList<>(List.of(new TopicFilter("#")));
        for (String path : paths(List.of("", "a", "b", "$a", "+"), 3)) {
            filters.add(new TopicFilter(path));
            filters.add(new TopicFilter(path + "/#"));
        }
        filters.add(new TopicFilter("/#"));
        List<BitSet> matched = new ArrayList<>();
        for (TopicFilter filter : filters) {
            matched.add(matchedByRegex(filter, topics));
        }

        for (int i = 0; i < filters.size(); i++) {
            TopicFilter filter = filters.get(i);
            for (int t = 0; t < topics.size(); t++) {
                assertSame(matched.get(i).get(t), filter.matches(topics.get(t)), filter, topics.get(t));
            }
            for (int j = 0; j < filters.size(); j++) {
                boolean common = matched.get(i).intersects(matched.get(j));
                assertSame(common, filter.overlaps(filters.get(j)), filter, filters.get(j));
            }
        }
        assertThat(filters.size() * filters.size()).isGreaterThan(90_000);
    }

    private static void assertSame(boolean expected, boolean actual, Object one, Object other) {
        if (expected != actual) {
            throw new AssertionError(one + " and " + other + ": expected " + expected);
        }
    }

    /** All topics of 1 to {@code maxLevels} levels, without the empty text. */
    private static List<String> paths(List<String> levels, int maxLevels) {
        List<String> all = new ArrayList<>();
        List<String> longest = levels;
        for (int depth = 1; depth <= maxLevels; depth++) {
            all.addAll(longest);
            List<String> longer = new ArrayList<>();
            for (String path : longest) {
                for (String level : levels) {
                    longer.add(path + "/" + level);
                }
            }
            longest = longer;
        }
        all.remove("");
        return all;
    }

    /** The rule of the standard once more, in another way. */
    private static BitSet matchedByRegex(TopicFilter filter, List<String> topics) {
        String regex = Pattern.quote(filter.value())
                .replace("/#", "\\E(/.*)?\\Q")
                .replace("#", "\\E.*\\Q")
                .replace("+", "\\E[^/]*\\Q");
        Pattern pattern = Pattern.compile((filter.value().matches("[+#].*") ? "(?!\\$)" : "") + regex);
        BitSet matched = new BitSet();
        for (int t = 0; t < topics.size(); t++) {
            matched.set(t, pattern.matcher(topics.get(t)).matches());
        }
        return matched;
    }

    @Provide
    Arbitrary<TopicFilter> filters() {
        Arbitrary<String> levels = Arbitraries.of("", "+", "+", "a", "b", "é", "long level", "$a");
        return Combinators.combine(levels.list().ofMinSize(1).ofMaxSize(7), Arbitraries.of("", "/#"))
                .as((path, end) -> String.join("/", path) + end)
                .filter(text -> !text.isEmpty())
                .map(TopicFilter::new);
    }

    @Property(tries = 2000)
    void shouldOverlapItselfAndBothWaysAlike(@ForAll("filters") TopicFilter one, @ForAll("filters") TopicFilter other) {
        assertThat(one.overlaps(one)).isTrue();
        assertThat(one.overlaps(other)).isEqualTo(other.overlaps(one));
    }

    @Property(tries = 2000)
    void shouldOverlapWhatMatchesTheSameTopic(
            @ForAll("filters") TopicFilter one, @ForAll("filters") TopicFilter other) {
        String topic = other.value().replace("+", "x").replace("#", "y/z");

        assertThat(other.matches(topic)).isTrue();
        if (one.matches(topic)) {
            assertThat(one.overlaps(other)).isTrue();
        }
    }

    @Test
    void shouldMatchWithoutAllocation() {
        TopicFilter filter = new TopicFilter("site/+/pump/#");
        TopicFilter other = new TopicFilter("site/7/+/state");
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        thread.getCurrentThreadAllocatedBytes();
        int calls = 10_000;
        int hits = 0;

        long before = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            hits += filter.matches("site/7/pump/state") && filter.overlaps(other) ? 1 : 0;
        }
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;

        assertThat(hits).isEqualTo(calls);
        assertThat(allocated).isLessThan(calls);
    }
}
