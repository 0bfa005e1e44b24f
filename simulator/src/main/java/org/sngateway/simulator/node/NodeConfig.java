// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import java.time.Duration;
import java.util.List;
import org.sngateway.codec.message.Qos;

/**
 * How one node behaves on the wire.
 *
 * @param number the node's place in its fleet, from 0
 * @param clientId client id of its session
 * @param topics full topic names it registers after CONNACK, in order; a {@link Publication} names one by its index
 * @param subscriptions what it subscribes to after that
 * @param timing its timers
 */
public record NodeConfig(
        int number, String clientId, List<String> topics, List<Subscription> subscriptions, Timing timing) {
    public NodeConfig {
        topics = List.copyOf(topics);
        subscriptions = List.copyOf(subscriptions);
    }

    /** A topic filter and the QoS asked for it, 0..2. */
    public record Subscription(String filter, Qos qos) {}

    /**
     * Timers of MQTT-SN 1.2 §7.2.
     *
     * @param keepAlive duration in CONNECT, whole seconds, 0..65535 s; 0 turns it off
     * @param retryInterval T-retry: how long to wait for an answer before sending again, more than 0
     * @param retryCount N-retry: how often to send again before the gateway counts as lost, 0 or more
     * @param reconnectDelay about how long to wait after a refusal or a DISCONNECT; spread over the nodes
     */
    public record Timing(Duration keepAlive, Duration retryInterval, int retryCount, Duration reconnectDelay) {
        public Timing {
            if (keepAlive.isNegative() || keepAlive.toSeconds() > 65535) {
                throw new IllegalArgumentException("keepAlive is " + keepAlive + ", allowed is 0..65535 s");
            }
            if (retryInterval.isNegative() || retryInterval.isZero()) {
                throw new IllegalArgumentException("retryInterval is " + retryInterval + ", allowed is more than 0");
            }
            if (retryCount < 0) {
                throw new IllegalArgumentException("retryCount is " + retryCount + ", allowed is 0 or more");
            }
        }

        /** Keep-alive 60 s, T-retry 10 s, N-retry 4, reconnect after about 1 s. */
        public static Timing standard() {
            return new Timing(Duration.ofSeconds(60), Duration.ofSeconds(10), 4, Duration.ofSeconds(1));
        }
    }
}
