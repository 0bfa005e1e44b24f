// SPDX-License-Identifier: Apache-2.0
/**
 * What the gateway says to systemd, or to any service manager that listens as systemd does: ready, reloading, stopping, alive, and how it
 * is doing in one line (sd_notify(3)).
 *
 * <p>Touches: {@code transport.loop}.
 * <p>Threading: messages may be sent from any thread; the rounds of the watchdog run on the loops.
 */
@NullMarked
package org.sngateway.gateway.systemd;

import org.jspecify.annotations.NullMarked;
