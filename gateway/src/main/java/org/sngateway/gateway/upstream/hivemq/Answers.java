// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5UnsubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.PublishOutcome;

/** The broker's reason codes as outcomes: what may pass later is congestion, what never will is refused. */
final class Answers {
    // One of each, since the gateway remembers the answer for every filter.
    private static final FilterAnswer GRANTED_QOS_0 = new FilterAnswer.Granted(Qos.AT_MOST_ONCE);
    private static final FilterAnswer GRANTED_QOS_1 = new FilterAnswer.Granted(Qos.AT_LEAST_ONCE);
    private static final FilterAnswer GRANTED_QOS_2 = new FilterAnswer.Granted(Qos.EXACTLY_ONCE);
    private static final FilterAnswer CONGESTED = new FilterAnswer.Refused(PublishOutcome.CONGESTION);
    private static final FilterAnswer REFUSED = new FilterAnswer.Refused(PublishOutcome.REFUSED);

    private Answers() {}

    static PublishOutcome toPublish(@Nullable Throwable failure) {
        if (failure == null) {
            return PublishOutcome.ACCEPTED;
        }
        Throwable cause = unwrap(failure);
        if (cause instanceof Mqtt5PubAckException refused) {
            return switch (refused.getMqttMessage().getReasonCode()) {
                case SUCCESS, NO_MATCHING_SUBSCRIBERS -> PublishOutcome.ACCEPTED;
                case NOT_AUTHORIZED, TOPIC_NAME_INVALID, PAYLOAD_FORMAT_INVALID -> PublishOutcome.REFUSED;
                case PACKET_IDENTIFIER_IN_USE, QUOTA_EXCEEDED, UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR ->
                    PublishOutcome.CONGESTION;
            };
        }
        if (cause instanceof Mqtt5PubRecException refused) {
            return switch (refused.getMqttMessage().getReasonCode()) {
                case SUCCESS, NO_MATCHING_SUBSCRIBERS -> PublishOutcome.ACCEPTED;
                case NOT_AUTHORIZED, TOPIC_NAME_INVALID, PAYLOAD_FORMAT_INVALID -> PublishOutcome.REFUSED;
                case PACKET_IDENTIFIER_IN_USE, QUOTA_EXCEEDED, UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR ->
                    PublishOutcome.CONGESTION;
            };
        }
        return isTooLarge(cause) ? PublishOutcome.REFUSED : PublishOutcome.CONGESTION;
    }

    static List<FilterAnswer> toSubscribe(
            Protocol protocol, @Nullable Mqtt5SubAck subAck, @Nullable Throwable failure, int filters) {
        Mqtt5SubAck answered = subAck;
        if (failure != null && unwrap(failure) instanceof Mqtt5SubAckException refused) {
            answered = refused.getMqttMessage();
        }
        if (answered == null || answered.getReasonCodes().size() != filters) {
            return Collections.nCopies(filters, isTooLarge(failure) ? REFUSED : CONGESTED);
        }
        return answered.getReasonCodes().stream()
                .map(code -> toFilter(protocol, code))
                .toList();
    }

    private static FilterAnswer toFilter(Protocol protocol, Mqtt5SubAckReasonCode code) {
        return switch (code) {
            case GRANTED_QOS_0 -> GRANTED_QOS_0;
            case GRANTED_QOS_1 -> GRANTED_QOS_1;
            case GRANTED_QOS_2 -> GRANTED_QOS_2;
            default -> protocol.refusal(code) == PublishOutcome.CONGESTION ? CONGESTED : REFUSED;
        };
    }

    /** The answers of a SUBSCRIBE that was not sent because there is no connection. */
    static List<FilterAnswer> congested(int filters) {
        return Collections.nCopies(filters, CONGESTED);
    }

    /** Whether the broker has answered, whatever it said. */
    static boolean toUnsubscribe(@Nullable Throwable failure) {
        return failure == null || unwrap(failure) instanceof Mqtt5UnsubAckException;
    }

    /** Whether a packet was not sent because it is larger than the broker takes. */
    static boolean isTooLarge(@Nullable Throwable failure) {
        return failure != null && unwrap(failure) instanceof MqttEncodeException;
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
