// SPDX-License-Identifier: Apache-2.0
/**
 * Counters, how the connections to the broker are doing, and the frames that pass. Other rooms report here; it calls nobody.
 * <p>Touches: {@code codec}, {@code codec.message}, and of {@code transport} and {@code transport.loop} the address and the loop.
 * <p>Threading: written and read from any thread, frames apart: {@link org.sngateway.gateway.observe.FrameLog} belongs to a loop.
 */
@NullMarked
package org.sngateway.gateway.observe;

import org.jspecify.annotations.NullMarked;
