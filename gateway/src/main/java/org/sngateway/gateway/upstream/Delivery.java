// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;

/**
 * A message from the broker for a subscriber.
 *
 * @param topic full topic name, prefix included
 * @param qos the QoS the broker sent it with, 0..2
 * @param retained whether it is a retained message sent because of a new subscription
 * @param via the filter whose copy this is: a subscriber with several matching filters is offered one copy for each
 */
public record Delivery(String topic, Payload payload, Qos qos, boolean retained, TopicFilter via) {}
