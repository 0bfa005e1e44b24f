// SPDX-License-Identifier: Apache-2.0
/**
 * What the user reads: live figures during a run, and the report after it as text and as JSON.
 * <p>Touches: the values of {@code simulator.check}.
 * <p>Threading: values and pure functions; {@link org.sngateway.simulator.report.ProgressDisplay} belongs to one thread.
 */
@NullMarked
package org.sngateway.simulator.report;

import org.jspecify.annotations.NullMarked;
