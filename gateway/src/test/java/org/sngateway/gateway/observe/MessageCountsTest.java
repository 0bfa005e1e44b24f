// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.MessageType;

class MessageCountsTest {
    private final MessageCounts counts = new GatewayCounters().framesIn;

    @Test
    void shouldAddUpWhatEachShardHasCounted() {
        MessageCounts.Tally first = counts.tally(2);
        MessageCounts.Tally second = counts.tally(2);
        first.count(0, MessageType.PUBLISH, 10);
        first.count(1, MessageType.PUBLISH, 20);
        second.count(1, MessageType.PUBLISH, 30);
        second.count(1, MessageType.CONNECT, 40);

        assertThat(counts.sum()).isEqualTo(4);
        assertThat(counts.messages(0, MessageType.PUBLISH)).isEqualTo(1);
        assertThat(counts.octets(0, MessageType.PUBLISH)).isEqualTo(10);
        assertThat(counts.messages(1, MessageType.PUBLISH)).isEqualTo(2);
        assertThat(counts.octets(1, MessageType.PUBLISH)).isEqualTo(50);
        assertThat(counts.messages(1, MessageType.CONNECT)).isEqualTo(1);
        assertThat(counts.messages(0, MessageType.CONNECT)).isZero();
    }

    @Test
    void shouldHaveRoomForEveryTypeOfTheLastListener() {
        MessageCounts.Tally tally = counts.tally(3);
        for (MessageType type : MessageType.values()) {
            tally.count(2, type, 1);
        }

        assertThat(counts.sum()).isEqualTo(MessageType.values().length);
        assertThat(counts.messages(2, MessageType.ENCAPSULATED)).isEqualTo(1);
    }
}
