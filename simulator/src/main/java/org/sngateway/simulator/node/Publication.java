// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * One message that a node is to publish.
 *
 * @param topic index into {@link NodeConfig#topics()}
 * @param qos 0, 1 or 2
 * @param sequence the workload's number for it, told to the listener with everything that happens to it
 */
public record Publication(int topic, Qos qos, int sequence, Payload data) {}
