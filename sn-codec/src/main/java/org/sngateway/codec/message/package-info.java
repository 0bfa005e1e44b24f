// SPDX-License-Identifier: Apache-2.0
/**
 * The messages of MQTT-SN 1.2 (§5.4, §5.5) as immutable values. A record that exists can be encoded.
 * <p>Touches: {@code netty-buffer} for {@link org.sngateway.codec.message.Payload} only.
 * <p>Threading: every type is immutable.
 */
@NullMarked
package org.sngateway.codec.message;

import org.jspecify.annotations.NullMarked;
