// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

/**
 * How a serial line has done since its listener was opened.
 *
 * @param open whether the port is open now
 * @param opens how often it was opened; once is as it should be
 * @param failedOpens attempts to open it that failed
 * @param rejections how often octets were dropped that are no frame, up to where the next frame may begin
 * @param dropped frames that were not sent because the queue was full, or the port was away
 * @param undelivered frames of which a radio module said that they did not arrive
 * @param faults errors of the gateway's own that closed the port; none is as it should be
 */
public record LineStats(
        boolean open, long opens, long failedOpens, long rejections, long dropped, long undelivered, long faults) {}
