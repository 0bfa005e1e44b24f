// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.topic.TopicFilter;

class BrokerTopicsTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "a b/c", "ä/漢/😀", "$SYS/x", "$share", "a\u00A0", "a\uFEFF", "a\uFDF0"})
    void shouldTakeOrdinaryNames(String name) {
        assertThat(BrokerTopics.isPublishable(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x0A, 0x1F, 0x7F, 0x80, 0x9F, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF})
    void shouldNotTakeControlAndNonCharacters(int codePoint) {
        assertThat(BrokerTopics.isPublishable("a" + Character.toString(codePoint) + "b"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "a/#", "\uD800"})
    void shouldNotTakeWhatIsNoName(String name) {
        assertThat(BrokerTopics.isPublishable(name)).isFalse();
    }

    @Test
    void shouldNotTakeMoreThan201Levels() {
        assertThat(BrokerTopics.isPublishable("/".repeat(200))).isTrue();
        assertThat(BrokerTopics.isPublishable("/".repeat(201))).isFalse();
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("/".repeat(200) + "#")))
                .isTrue();
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("/".repeat(201) + "#")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"$share/group/a", "$share/g/+/#", "$share/g//", "$share/$x/$SYS/a", "$shared/a", "a/$share/b"})
    void shouldTakeSharedSubscriptions(String filter) {
        assertThat(BrokerTopics.isSubscribable(new TopicFilter(filter))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"$share", "$share/", "$share/group", "$share/group/", "$share//a", "$share/+/a", "$share/#"})
    void shouldNotTakeSharedSubscriptionsWithoutGroupOrFilter(String filter) {
        assertThat(BrokerTopics.isSubscribable(new TopicFilter(filter))).isFalse();
    }

    @Test
    void shouldTellWhatTopicNamesAreComparedWith() {
        assertThat(BrokerTopics.isShared(new TopicFilter("$share/group/a/+"))).isTrue();
        assertThat(BrokerTopics.isShared(new TopicFilter("$shared/a"))).isFalse();
        assertThat(BrokerTopics.matched(new TopicFilter("$share/group/a/+"))).isEqualTo(new TopicFilter("a/+"));
        assertThat(BrokerTopics.matched(new TopicFilter("a/+"))).isEqualTo(new TopicFilter("a/+"));
    }
}
