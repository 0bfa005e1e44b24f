// SPDX-License-Identifier: Apache-2.0
/**
 * The frame header: Length and type octet, the same in MQTT-SN 1.2 (§5.2) and in the drafts of 2.0. Knows no message.
 * <p>Touches: {@code netty-buffer}.
 * <p>Threading: immutable values and pure functions.
 */
@NullMarked
package org.sngateway.codec.frame;

import org.jspecify.annotations.NullMarked;
