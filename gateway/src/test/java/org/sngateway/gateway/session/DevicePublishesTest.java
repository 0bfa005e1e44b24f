// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;

final class DevicePublishesTest {
    private final DevicePublishes publishes = new DevicePublishes();

    @Test
    void shouldKnowWhatIsUnderWay() {
        publishes.begin(7, 70);

        assertThat(publishes.isOpen(7)).isTrue();
        assertThat(publishes.isOpen(7, 70)).isTrue();
        assertThat(publishes.isOpen(7, 71)).isFalse();
        assertThat(publishes.isOpen(8)).isFalse();
        publishes.abandon(7);
        publishes.abandon(7);
        assertThat(publishes.isOpen(7)).isFalse();
        assertThat(publishes.isDone(7, 70, at(0))).isFalse();
    }

    @Test
    void shouldBeFullAtTheLimit() {
        for (int msgId = 1; msgId <= 10; msgId++) {
            assertThat(publishes.isFull(10)).isFalse();
            publishes.begin(msgId, msgId);
        }
        assertThat(publishes.isFull(10)).isTrue();

        publishes.begin(3, 33); // in place of the first with this id
        assertThat(publishes.isOpen(3, 33)).isTrue();
        publishes.finish(3, 33, at(0));
        assertThat(publishes.isFull(10)).isFalse();
        for (int msgId : new int[] {1, 2, 4, 5, 6, 7, 8, 9, 10}) {
            assertThat(publishes.isOpen(msgId, msgId)).isTrue();
        }
    }

    @Test
    void shouldBeFullAtALimitOfOne() {
        DevicePublishes one = new DevicePublishes();
        one.begin(1, 1);
        assertThat(one.isFull(1)).isTrue();
    }

    @Test
    void shouldRememberWhatIsDoneForAWhile() {
        publishes.begin(7, 70);
        publishes.finish(7, 70, at(0));

        assertThat(publishes.isDone(7, 70, at(-10))).isTrue();
        assertThat(publishes.isDone(7, 70, at(0))).isTrue();
        assertThat(publishes.isDone(7, 70, at(10))).isFalse();
        assertThat(publishes.isDone(7, 71, at(0))).isFalse();
        assertThat(publishes.isDone(8, 70, at(0))).isFalse();
    }

    @Test
    void shouldRememberTheLastFew() {
        for (int msgId = 1; msgId <= 6; msgId++) {
            publishes.begin(msgId, msgId);
            publishes.finish(msgId, msgId, at(0));
        }

        assertThat(publishes.isDone(2, 2, at(0))).isFalse();
        for (int msgId = 3; msgId <= 6; msgId++) {
            assertThat(publishes.isDone(msgId, msgId, at(0))).isTrue();
        }
    }

    @Test
    void shouldRememberAsManyAsWereUnderWayAtOnce() {
        publishes.begin(99, 99);
        publishes.finish(99, 99, at(0));
        for (int msgId = 1; msgId <= 10; msgId++) {
            publishes.begin(msgId, msgId);
        }
        for (int msgId = 1; msgId <= 10; msgId++) {
            publishes.finish(msgId, msgId, at(0));
        }

        for (int msgId = 1; msgId <= 10; msgId++) {
            assertThat(publishes.isDone(msgId, msgId, at(0))).isTrue();
        }
    }

    @Test
    void shouldRememberWhatIsDoneWhenWhatIsUnderWayIsGivenUp() {
        publishes.begin(1, 1);
        publishes.finish(1, 1, at(0));
        publishes.begin(2, 2);

        publishes.abandonAll();

        assertThat(publishes.isOpen(2)).isFalse();
        assertThat(publishes.isDone(1, 1, at(0))).isTrue();
    }

    @Test
    void shouldTellSimilarMessagesApart() {
        List<TopicRef> topics = List.of(
                new TopicRef.Normal(1),
                new TopicRef.Normal(2),
                new TopicRef.Predefined(1),
                new TopicRef.Predefined(2),
                new TopicRef.ShortName("ab"));
        Set<Integer> contents = new HashSet<>();

        for (TopicRef topic : topics) {
            for (int reading = 0; reading <= 0xFFFF; reading++) {
                byte[] data = {(byte) (reading >> 8), (byte) reading};
                contents.add(DevicePublishes.content(
                        new Publish(false, Qos.EXACTLY_ONCE, false, topic, 1, Payload.wrap(data))));
            }
        }

        assertThat(contents.size()).isEqualTo(topics.size() << 16);
    }

    /** A clock that is about to overflow. */
    private static long at(long nanos) {
        return Long.MAX_VALUE - 5 + nanos;
    }
}
