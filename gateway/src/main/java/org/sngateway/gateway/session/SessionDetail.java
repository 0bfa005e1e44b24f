// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Qos;

/**
 * One session at one moment, in depth; no payloads. Times are on the loops' clock. May be read from any thread.
 *
 * @param identity who has proved to be the device; null while nobody had to
 * @param willTopic of the will; null when there is none
 * @param topicIds the first {@link #MAX_LISTED} by id; the view says how many there are, here and below
 * @param subscriptions the first of them, in the order in which they were made
 * @param inFlightUp its publishes that are not acknowledged to it
 * @param inFlightDown what it is to answer; null when nothing
 * @param queue the first of what waits for it, the one under way included, in order
 */
public record SessionDetail(
        SessionView view,
        @Nullable String identity,
        @Nullable String willTopic,
        List<TopicId> topicIds,
        List<Subscribed> subscriptions,
        List<FromDevice> inFlightUp,
        @Nullable ToDevice inFlightDown,
        List<Waiting> queue) {
    /** How many of each kind are listed at most. */
    public static final int MAX_LISTED = 200;

    public SessionDetail {
        topicIds = List.copyOf(topicIds);
        subscriptions = List.copyOf(subscriptions);
        inFlightUp = List.copyOf(inFlightUp);
        queue = List.copyOf(queue);
    }

    /**
     * A normal topic id.
     *
     * @param known whether the device is known to connect the id with the name; else it is registered before use
     */
    public record TopicId(int id, String name, boolean known) {}

    /**
     * A subscription.
     *
     * @param filter as the device named it
     * @param granted what messages are delivered with at most; null while the broker is asked
     */
    public record Subscribed(
            String filter, Qos requested, @Nullable Qos granted) {}

    /** A publish of the device that is not acknowledged to it. */
    public record FromDevice(Qos qos, int msgId) {}

    /**
     * What the device is to answer.
     *
     * @param type REGISTER, PUBLISH or PUBREL
     * @param repetitions how often it was sent again
     * @param dueNanos when it is sent again, or the device is lost
     */
    public record ToDevice(MessageType type, int msgId, String topic, int repetitions, long dueNanos) {}

    /**
     * A message that waits.
     *
     * @param octets of its payload
     * @param sinceNanos when it came, or was restored
     */
    public record Waiting(String topic, Qos qos, boolean retained, int octets, long sinceNanos) {}
}
