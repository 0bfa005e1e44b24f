// SPDX-License-Identifier: Apache-2.0
/**
 * One thread with its clock and its timers: {@link org.sngateway.transport.loop.OwnerLoop} and its event-loop implementation.
 * The only place of the project that reads a clock.
 * <p>Touches: Netty's event loops.
 * <p>Threading: a loop's timers are confined to it; {@code execute} may be called from any thread.
 */
@NullMarked
package org.sngateway.transport.loop;

import org.jspecify.annotations.NullMarked;
