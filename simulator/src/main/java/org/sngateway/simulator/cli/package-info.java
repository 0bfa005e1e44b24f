// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code sn-sim} command: arguments in, exit code out. 0: done and nothing acknowledged was lost; 1: something was; 2:
 * wrong arguments; 3: could not run.
 * <p>Touches: {@code simulator.run}, {@code simulator.demo} and {@code simulator.report}.
 * <p>Threading: the main thread.
 */
@NullMarked
package org.sngateway.simulator.cli;

import org.jspecify.annotations.NullMarked;
