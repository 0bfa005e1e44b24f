// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Test;

class DemoPortsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void shouldSeeASocketThatWouldShareItsPort() throws IOException {
        int port;
        try (DatagramSocket gateway = new DatagramSocket(null)) {
            gateway.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            gateway.bind(new InetSocketAddress(LOOPBACK, 0));
            port = gateway.getLocalPort();
            assertThat(DemoPorts.isUdpFree(LOOPBACK, port)).isFalse();
        }
        assertThat(DemoPorts.isUdpFree(LOOPBACK, port)).isTrue();
    }

    @Test
    void shouldSeeAListener() throws IOException {
        int port;
        try (ServerSocket broker = new ServerSocket(0, 1, LOOPBACK)) {
            port = broker.getLocalPort();
            assertThat(DemoPorts.isTcpFree(LOOPBACK, port)).isFalse();
        }
        assertThat(DemoPorts.isTcpFree(LOOPBACK, port)).isTrue();
    }
}
