// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT-SN 1.2 on the wire: octets to messages and back, as pure functions.
 * <p>Front door: {@link org.sngateway.codec.SnCodec}, {@link org.sngateway.codec.DecodeResult},
 * {@link org.sngateway.codec.MalformedReason}. The frame header, which MQTT-SN 2.0 shares, lives in {@code codec.frame};
 * a codec for 2.0 becomes a sibling package with messages of its own.
 * <p>Touches: {@code codec.message}, {@code codec.frame}, {@code codec.topic} and {@code netty-buffer}; no channel,
 * no logger, no clock.
 * <p>Threading: stateless.
 */
@NullMarked
package org.sngateway.codec;

import org.jspecify.annotations.NullMarked;
