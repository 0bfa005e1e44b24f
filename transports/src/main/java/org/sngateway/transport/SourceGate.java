// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import java.net.InetSocketAddress;

/**
 * Decides whether a datagram is looked at, by where it says that it comes from: before it is decoded, and before DTLS does anything with it.
 * Called for every datagram, on the owner loop of the port that it was registered with.
 */
@FunctionalInterface
public interface SourceGate {
    /** Lets everything in. */
    SourceGate OPEN = source -> true;

    /** Whether the datagram that has just come from {@code source} is taken; if not, nothing is kept or answered. */
    boolean admits(InetSocketAddress source);
}
