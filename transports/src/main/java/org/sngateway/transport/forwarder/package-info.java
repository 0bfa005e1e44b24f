// SPDX-License-Identifier: Apache-2.0
/**
 * Forwarder encapsulation (MQTT-SN 1.2 §5.5) as a layer over any transport: a node behind a forwarder becomes just another
 * {@link org.sngateway.transport.DeviceAddress}.
 * <p>Touches: {@code transport}, {@code codec}.
 * <p>Threading: that of the transport below.
 */
@NullMarked
package org.sngateway.transport.forwarder;

import org.jspecify.annotations.NullMarked;
