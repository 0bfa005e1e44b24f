// SPDX-License-Identifier: Apache-2.0
/**
 * The nodes of {@code sn-gateway demo}: they publish readings and answer commands until the process that wanted them ends.
 * <p>Touches: {@code simulator.node}, {@code simulator.check} for its MQTT connection, {@code simulator.report} for JSON.
 * <p>Threading: workloads belong to their nodes' loops; lines are printed by several threads, each line as a whole.
 */
@NullMarked
package org.sngateway.simulator.demo;

import org.jspecify.annotations.NullMarked;
