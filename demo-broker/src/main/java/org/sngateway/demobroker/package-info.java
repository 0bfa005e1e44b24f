// SPDX-License-Identifier: Apache-2.0
/**
 * A complete MQTT broker (HiveMQ CE) in a process of its own, for the demo and for tests.
 * <p>Touches: HiveMQ CE embedded and nothing of this project. HiveMQ CE needs Logback, so it never shares a class path with the
 * gateway; whoever wants it starts {@link org.sngateway.demobroker.DemoBroker} as a child process.
 * <p>Threading: {@code main} starts the broker and returns; the broker's threads keep the process alive until it is stopped.
 */
@NullMarked
package org.sngateway.demobroker;

import org.jspecify.annotations.NullMarked;
