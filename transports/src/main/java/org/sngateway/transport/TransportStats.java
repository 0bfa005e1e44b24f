// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

/**
 * Counters of one transport since it was opened.
 *
 * @param framesIn frames received, malformed ones included
 * @param octetsIn their octets
 * @param framesOut frames handed to the operating system
 * @param octetsOut their octets
 * @param sendFailures frames that could not be sent: too large, or refused by the operating system
 * @param kernelDrops datagrams that the operating system dropped because the receive buffer was full; -1 where it
 *     does not tell
 */
public record TransportStats(
        long framesIn, long octetsIn, long framesOut, long octetsOut, long sendFailures, long kernelDrops) {}
