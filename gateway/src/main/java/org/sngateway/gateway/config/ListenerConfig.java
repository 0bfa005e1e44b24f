// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.framing.Framing;

/** One entry of {@code listeners}: a way for devices to reach the gateway. */
public sealed interface ListenerConfig {
    /** Which client ids a device may use by what it has proved to be; {@link IdentityRule#ANY} where it has to prove nothing. */
    default IdentityRule identityRule() {
        return IdentityRule.ANY;
    }

    /**
     * {@code type: udp}.
     *
     * @param bind local address and port; port 0 for any free one
     * @param receiveBufferOctets the receive buffer to ask the operating system for, each socket, 64 KiB..256 MiB
     * @param maxFrameOctets the largest frame to accept or send, 64..65507
     */
    record Udp(InetSocketAddress bind, int receiveBufferOctets, int maxFrameOctets) implements ListenerConfig {}

    /**
     * {@code type: dtls}. There is a {@code pskFile} or a {@code certificate}, or both.
     *
     * @param bind local address and port; port 0 for any free one
     * @param receiveBufferOctets as for UDP
     * @param maxFrameOctets the largest frame to accept or send, 64..16384
     * @param pskFile the devices' keys; null for none
     * @param certificate the gateway's certificate and those between it and its authority; null for none
     * @param key its private key; null exactly when {@code certificate} is
     * @param ca the certificates that a device's must be signed with; null when devices are not asked for one
     * @param clientCertificatesRequired whether a device that shows no key has to show a certificate; true only with {@code ca}
     * @param identityRule which client ids a device may use
     * @param connectionId whether devices that can are given a connection id
     * @param maxConnections connections at once, 1..1000000
     * @param idleBeforeReplaced how long one must have been silent to make room for another when there are as many
     * @param maxHandshakes handshakes under way at once, 1..100000
     * @param handshakesPerSecond handshakes that one source may begin in a second; 0 for no limit
     */
    record Dtls(
            InetSocketAddress bind,
            int receiveBufferOctets,
            int maxFrameOctets,
            @Nullable Path pskFile,
            @Nullable Path certificate,
            @Nullable Path key,
            @Nullable Path ca,
            boolean clientCertificatesRequired,
            IdentityRule identityRule,
            boolean connectionId,
            int maxConnections,
            Duration idleBeforeReplaced,
            int maxHandshakes,
            int handshakesPerSecond)
            implements ListenerConfig {}

    /**
     * {@code type: serial}.
     *
     * @param port the port's name, as a rule a path
     * @param maxFrameOctets the largest frame to accept or send, 32..65000; with an XBee module at most 255
     * @param sendQueueOctets how much may wait to be sent, 1 KiB..1 MiB
     */
    record Serial(String port, LineSettings line, Framing framing, int maxFrameOctets, int sendQueueOctets)
            implements ListenerConfig {
        /** Whether the line leads to a radio module, with nodes behind it. */
        public boolean isRadioModule() {
            return framing.isXbee();
        }
    }
}
