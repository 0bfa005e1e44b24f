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

    @Test
    void shouldNotTakeSharedSubscriptions() {
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("$share/group/a")))
                .isFalse();
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("$share"))).isFalse();
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("$shared/a"))).isTrue();
        assertThat(BrokerTopics.isSubscribable(new TopicFilter("a/$share/b"))).isTrue();
    }
}
