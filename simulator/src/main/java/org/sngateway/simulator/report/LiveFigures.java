// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

/**
 * A run at one moment.
 *
 * @param phase what is going on, one word
 * @param done how much of the phase is over, 0 to 1
 * @param ready nodes that are connected now
 * @param nodes nodes in all
 * @param sent messages sent so far
 * @param acknowledged messages acknowledged so far
 * @param received messages that came out at the broker so far
 */
public record LiveFigures(
        String phase, double done, long ready, int nodes, long sent, long acknowledged, long received) {}
