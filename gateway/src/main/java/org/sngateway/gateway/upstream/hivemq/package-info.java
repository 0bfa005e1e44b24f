// SPDX-License-Identifier: Apache-2.0
/**
 * The HiveMQ MQTT client behind {@link org.sngateway.gateway.upstream.BrokerConnection}; the only room that imports it.
 * {@link HivemqConnection} decides when to connect and where to, {@link AttemptMaker} prepares an attempt, {@link Client} is the client,
 * and {@link Protocol} what differs between the versions of MQTT. {@link ForbiddenPublishes} and {@link PublishGate} find the message for
 * which a broker closes connections.
 * <p>Touches: the {@code upstream} front door, {@code gateway.config}, {@code gateway.tls}, {@code gateway.observe}.
 * <p>Threading: a connection's callbacks arrive on the loop it was pinned to; what blocks is done on threads of
 * {@link org.sngateway.gateway.upstream.hivemq.HivemqConnectionFactory}.
 */
@NullMarked
package org.sngateway.gateway.upstream.hivemq;

import org.jspecify.annotations.NullMarked;
