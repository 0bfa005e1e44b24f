// SPDX-License-Identifier: Apache-2.0
/**
 * The broker side's front door. {@link org.sngateway.gateway.upstream.Uplink} takes what devices publish and subscribe,
 * {@link org.sngateway.gateway.upstream.Subscriber} receives what the broker sends; {@link
 * org.sngateway.gateway.upstream.BrokerConnection} is the seam to the MQTT client.
 * <p>Touches: {@code codec.message}, {@code codec.topic}, {@code transport.loop}, {@code gateway.observe}.
 * <p>Threading: an uplink is confined to its shard's loop, and so is everything it calls back.
 */
@NullMarked
package org.sngateway.gateway.upstream;

import org.jspecify.annotations.NullMarked;
