// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetSocketAddress;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.RawData;

/** One device of {@link DtlsClients}. Its methods are for the loop of those. */
public final class DtlsClient {
    /** What a device has to say; called on the loop or, during handshakes, on a worker. */
    public interface Output {
        /** A datagram for the gateway; the octets are only valid during the call. */
        void send(byte[] octets, int offset, int length);

        /** A frame from the gateway. */
        void onFrame(byte[] octets);

        /** A handshake came to nothing, and the frames that waited for it are lost. */
        void onFailed(String reason);
    }

    private final PortConnector connector;
    private final InetSocketAddress address;
    private final String identity;
    private final Output output;

    DtlsClient(PortConnector connector, InetSocketAddress address, String identity, Output output) {
        this.connector = connector;
        this.address = address;
        this.identity = identity;
        this.output = output;
    }

    InetSocketAddress address() {
        return address;
    }

    String identity() {
        return identity;
    }

    Output output() {
        return output;
    }

    /** A datagram from the gateway has arrived. */
    public void receive(byte[] datagram) {
        connector.receive(address, datagram);
    }

    /** Sends a frame; shakes hands first when there is no connection. */
    public void send(byte[] frame) {
        connector.send(RawData.outbound(frame, new AddressEndpointContext(address), null, false));
    }

    /** The next frame begins with a handshake that takes up the session, where the gateway still knows it. */
    public void resume() {
        connector.forceResumeSessionFor(address);
    }

    /** Ends the connection by an alert; the next frame begins as after {@link #resume}. */
    public void close() {
        connector.close(address);
    }
}
