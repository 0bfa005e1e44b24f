// SPDX-License-Identifier: Apache-2.0
/**
 * The HiveMQ MQTT client behind {@link org.sngateway.gateway.upstream.BrokerConnection}; the only room that imports it.
 * <p>Touches: the {@code upstream} front door, {@code gateway.config}.
 * <p>Threading: a connection's callbacks arrive on the loop it was pinned to.
 */
@NullMarked
package org.sngateway.gateway.upstream.hivemq;

import org.jspecify.annotations.NullMarked;
