// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Timeout(60)
class FrameFloodIT {
    @Test
    void shouldSendAsManyFramesAsAskedForFromManyAddresses() throws Exception {
        try (DatagramChannel gateway = DatagramChannel.open()) {
            gateway.setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024 * 1024);
            gateway.bind(Loopback.port(0)).configureBlocking(false);
            String port = gateway.getLocalAddress().toString();
            int exitCode = new CommandLine(new FrameFlood())
                    .execute(
                            "--gateway=" + port.substring(1), "--count=100", "--sources=40", "--rate=1000", "--seed=5");
            assertThat(exitCode).isZero();
            Set<SocketAddress> senders = new HashSet<>();
            int received = 0;
            SocketAddress sender = gateway.receive(ByteBuffer.allocate(FrameMutator.MAX_OCTETS));
            while (sender != null) {
                received++;
                senders.add(sender);
                sender = gateway.receive(ByteBuffer.allocate(FrameMutator.MAX_OCTETS));
            }
            assertThat(received).isEqualTo(100);
            assertThat(senders).hasSizeBetween(20, 40);
        }
    }
}
