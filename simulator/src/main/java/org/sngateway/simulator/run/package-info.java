// SPDX-License-Identifier: Apache-2.0
/**
 * One load run from the first socket to the report: {@link org.sngateway.simulator.run.LoadRun}.
 * <p>Touches: every other room of the simulator but {@code cli} and {@code demo}.
 * <p>Threading: a run belongs to the thread that runs it; {@code LoadMonitor} is told by the nodes' loops and by the MQTT
 * connection at once.
 */
@NullMarked
package org.sngateway.simulator.run;

import org.jspecify.annotations.NullMarked;
