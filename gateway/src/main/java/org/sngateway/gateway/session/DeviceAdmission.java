// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.security.DeviceRules;
import org.sngateway.gateway.security.Rate;
import org.sngateway.gateway.security.TokenBucket;

/** What one device may do (docs/admission.md). What it may not is counted and logged here; the caller answers. */
final class DeviceAdmission {
    private final String clientId;
    private final SessionHost host;
    private final SessionSettings settings;
    private DeviceRules rules;
    /** Made when there is a rate. */
    private @Nullable TokenBucket bucket;

    DeviceAdmission(String clientId, SessionHost host, SessionSettings settings) {
        this.clientId = clientId;
        this.host = host;
        this.settings = settings;
        this.rules = settings.rules().forDevice(clientId);
    }

    /** Another configuration is in effect. */
    void onConfig() {
        rules = settings.rules().forDevice(clientId);
    }

    /** Whether the device may send one more message now; the caller says {@link #refuse} if that matters. */
    boolean hasToken() {
        Rate rate = settings.rules().perDevice();
        if (rate == null) {
            return true;
        }
        long now = host.loop().nanoTime();
        if (bucket == null) {
            bucket = new TokenBucket(now);
        }
        return bucket.take(rate, now);
    }

    /** Whether the device may register a topic: null when it may, else why not. */
    @Nullable
    ReturnCode refusalOfRegister(String topic) {
        if (!hasToken()) {
            return refuse(Refusal.DEVICE_RATE, "REGISTER");
        }
        return refusalOfTopic(topic);
    }

    /** Whether the device may publish to a topic: null when it may, else why not. */
    @Nullable
    ReturnCode refusalOfTopic(String topic) {
        return rules.mayPublish(topic) ? null : refuse(Refusal.PUBLISH, topic);
    }

    /** The same without being connected, as with QoS -1: what every device may. */
    @Nullable
    ReturnCode refusalOfTopicToAnybody(String topic) {
        return settings.rules().forAnybody().mayPublish(topic) ? null : refuse(Refusal.PUBLISH, topic);
    }

    /** Whether the device may subscribe with a filter: null when it may, else why not. */
    @Nullable
    ReturnCode refusalOfFilter(TopicFilter filter) {
        return maySubscribe(filter) ? null : refuse(Refusal.SUBSCRIBE, filter.value());
    }

    /** The same without counting. */
    boolean maySubscribe(TopicFilter filter) {
        return rules.maySubscribe(filter);
    }

    /** Whether the device may have a will on a topic: null when it may, else why not. */
    @Nullable
    ReturnCode refusalOfWill(String topic) {
        return rules.mayHaveWill(topic) ? null : refuse(Refusal.WILL, topic);
    }

    /**
     * Counts and logs what is not admitted.
     *
     * @param what the topic, or the message
     * @return what the device is told
     */
    ReturnCode refuse(Refusal reason, String what) {
        host.onRefused(reason, clientId, what);
        return switch (reason) {
            case DEVICE_RATE, MAX_IN_FLIGHT, MAX_TOPIC_IDS, MAX_SUBSCRIPTIONS -> ReturnCode.CONGESTION;
            default -> ReturnCode.NOT_SUPPORTED;
        };
    }
}
