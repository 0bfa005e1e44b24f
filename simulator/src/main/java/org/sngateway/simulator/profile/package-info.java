// SPDX-License-Identifier: Apache-2.0
/**
 * Load shapes: what a node publishes and when, as {@link org.sngateway.simulator.node.Workload}s.
 * <p>Touches: {@code simulator.node} and {@code simulator.check} for the payload that can be checked.
 * <p>Threading: a workload belongs to its node's loop; {@link org.sngateway.simulator.profile.PublishWindow} is shared by all.
 */
@NullMarked
package org.sngateway.simulator.profile;

import org.jspecify.annotations.NullMarked;
