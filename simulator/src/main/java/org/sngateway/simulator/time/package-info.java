// SPDX-License-Identifier: Apache-2.0
/**
 * The only place of the simulator that reads a clock or waits; everything else gets the time as a parameter.
 * <p>Touches: nothing.
 * <p>Threading: any.
 */
@NullMarked
package org.sngateway.simulator.time;

import org.jspecify.annotations.NullMarked;
