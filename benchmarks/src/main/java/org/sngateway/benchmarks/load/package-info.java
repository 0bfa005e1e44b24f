// SPDX-License-Identifier: Apache-2.0
/**
 * Whole-process load: {@link org.sngateway.benchmarks.load.LoadBenchmark} measures a gateway process over loopback between many
 * cheap devices and a counting MQTT server; {@link org.sngateway.benchmarks.load.FrameFlood} throws garbage at one;
 * {@link org.sngateway.benchmarks.load.RestartBenchmark} measures how soon one is back with what its store has kept.
 * <p>Touches: {@code codec.topic} for filter matching, {@code benchmarks.store} for a filled store, and nothing else of the project: devices are patched octets, so that the
 * generator shares no code, and no defect, with what it measures.
 * <p>Threading: devices and the server live on a {@link org.sngateway.benchmarks.load.LoadLoop} each, or share one; the main
 * thread posts to a loop and waits.
 */
@NullMarked
package org.sngateway.benchmarks.load;

import org.jspecify.annotations.NullMarked;
