// SPDX-License-Identifier: Apache-2.0
/**
 * How a frame reaches a device: {@link org.sngateway.transport.Transport}, {@link org.sngateway.transport.DeviceAddress},
 * {@link org.sngateway.transport.FrameListener}. Knows nothing of sessions.
 * <p>Touches: {@code sn-codec} and {@code transport.loop}.
 * <p>Threading: frames arrive and are sent on owner loops; see {@link org.sngateway.transport.Transport}.
 */
@NullMarked
package org.sngateway.transport;

import org.jspecify.annotations.NullMarked;
