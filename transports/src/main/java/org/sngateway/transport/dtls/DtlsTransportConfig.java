// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What a DTLS listener is opened with.
 *
 * @param listener the listener's number: its position in the configuration, from 0
 * @param bind the address to bind, as for UDP
 * @param receiveBufferOctets the size to ask the operating system for, per socket, 1 or more
 * @param maxFrameOctets the largest frame sent or received, 2..{@value #MAX_FRAME_OCTETS}
 * @param connectionId whether peers that can are given a connection id (RFC 9146)
 * @param clientCertificates whether peers that show no pre-shared key have to show a certificate
 * @param maxConnections connections at once, 1 or more; shared out evenly among the ports
 * @param idleBeforeReplaced when there are as many, one that has been silent for so long makes room for a new one
 * @param maxHandshakes handshakes under way at once, 1 or more
 * @param handshakesPerSecond handshakes that one source may begin in a second, 1 or more; 0 for no limit. A source is an IPv4 address or the
 *     first 64 bits of an IPv6 address
 */
public record DtlsTransportConfig(
        int listener,
        InetSocketAddress bind,
        int receiveBufferOctets,
        int maxFrameOctets,
        boolean connectionId,
        ClientCertificates clientCertificates,
        int maxConnections,
        Duration idleBeforeReplaced,
        int maxHandshakes,
        int handshakesPerSecond) {
    /** What fits into one record, RFC 6347 §4.1. */
    public static final int MAX_FRAME_OCTETS = 16_384;

    /** Whether a peer has to show a certificate. */
    public enum ClientCertificates {
        /** Not asked for. */
        NONE,
        /** Asked for; a peer without one is let in, without an identity. */
        OPTIONAL,
        /** A peer without one is refused. */
        REQUIRED
    }

    public DtlsTransportConfig {
        if (maxFrameOctets < 2 || maxFrameOctets > MAX_FRAME_OCTETS) {
            throw new IllegalArgumentException(
                    "maxFrameOctets is " + maxFrameOctets + ", allowed is 2.." + MAX_FRAME_OCTETS);
        }
        if (maxConnections < 1 || maxHandshakes < 1 || handshakesPerSecond < 0) {
            throw new IllegalArgumentException("a limit of " + maxConnections + " connections, " + maxHandshakes
                    + " handshakes, " + handshakesPerSecond + " handshakes in a second");
        }
    }
}
