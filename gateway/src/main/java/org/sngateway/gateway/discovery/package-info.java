// SPDX-License-Identifier: Apache-2.0
/**
 * How devices find the gateway without knowing its address, MQTT-SN 1.2 §6.1: {@link org.sngateway.gateway.discovery.Advertiser}
 * sends ADVERTISE. SEARCHGW is a frame like any other and is answered by {@code gateway.ingress}.
 * <p>Touches: {@code transport}, {@code gateway.upstream} (whether the broker is there), {@code gateway.config}.
 * <p>Threading: confined to one shard's loop.
 */
@NullMarked
package org.sngateway.gateway.discovery;

import org.jspecify.annotations.NullMarked;
