// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import org.sngateway.codec.message.Qos;

/** A message that a device or client has got. */
record Received(String topic, String data, Qos qos, boolean retained) {}
