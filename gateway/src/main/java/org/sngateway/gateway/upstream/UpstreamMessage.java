// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A message on its way to the broker.
 *
 * @param topic full topic name, prefix included
 * @param qos 0..2
 */
public record UpstreamMessage(String topic, Payload payload, Qos qos, boolean retain) {}
