// SPDX-License-Identifier: Apache-2.0
/**
 * What the broker's other clients see of the gateway: {@link org.sngateway.gateway.upstream.status.StatusTopic}, a retained message.
 * <p>Touches: {@code gateway.upstream}, {@code codec.message}, {@code transport.loop}. <p>Threading: confined to one loop.
 */
@NullMarked
package org.sngateway.gateway.upstream.status;

import org.jspecify.annotations.NullMarked;
