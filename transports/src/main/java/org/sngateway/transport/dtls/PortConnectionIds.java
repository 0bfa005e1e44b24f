// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.SecureRandom;
import org.eclipse.californium.elements.util.DatagramReader;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.ConnectionIdGenerator;

/**
 * Connection ids that say which port the connection belongs to, so that a record from a new address, which the operating system may give
 * to any port's socket, finds its way: the port's number in the first octet, random ones after it.
 */
final class PortConnectionIds implements ConnectionIdGenerator {
    /** The length of a connection id in octets. */
    static final int OCTETS = 6;

    /** How many ports can be told apart. */
    static final int MAX_PORTS = 256;

    private static final int TYPE_AT = 0;
    private static final int TLS12_CID = 25;
    /** RFC 9146 §4: type, version, epoch and sequence number come first. */
    private static final int CONNECTION_ID_AT = 11;

    private final int port;
    private final boolean used;
    private final SecureRandom random = new SecureRandom();

    /** @param used whether peers are given connection ids; without, those that peers ask for are used towards them */
    PortConnectionIds(int port, boolean used) {
        this.port = port;
        this.used = used;
    }

    /** The number of the port that a datagram belongs to; negative when it does not say. */
    static int portOf(byte[] datagram) {
        return datagram.length > CONNECTION_ID_AT && datagram[TYPE_AT] == TLS12_CID
                ? datagram[CONNECTION_ID_AT] & 0xFF
                : -1;
    }

    @Override
    public boolean useConnectionId() {
        return used;
    }

    @Override
    @SuppressWarnings("NullAway") // Scandium's interface: null stands for none
    public ConnectionId createConnectionId() {
        if (!used) {
            return null;
        }
        byte[] id = new byte[OCTETS];
        random.nextBytes(id);
        id[0] = (byte) port;
        return new ConnectionId(id);
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public ConnectionId read(DatagramReader reader) {
        return used ? new ConnectionId(reader.readBytes(OCTETS)) : null;
    }
}
