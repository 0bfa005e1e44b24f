// SPDX-License-Identifier: Apache-2.0
/**
 * The judge: what was sent, acknowledged and received is compared message by message.
 * {@link org.sngateway.simulator.check.EndToEndCheck} and {@link org.sngateway.simulator.check.ProbePayload} are pure;
 * {@link org.sngateway.simulator.check.BrokerObserver} is the subscriber at the broker.
 * <p>Touches: {@code sn-codec} for payload and QoS, and in the observer only, the MQTT client.
 * <p>Threading: each type says.
 */
@NullMarked
package org.sngateway.simulator.check;

import org.jspecify.annotations.NullMarked;
