// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.net.InetSocketAddress;
import java.util.Optional;

/** The gateway process that is measured. */
interface GatewayUnderTest extends AutoCloseable {
    /** Where it listens for datagrams. */
    InetSocketAddress address();

    /** Its process, when known: without it there are no processor and memory figures. */
    Optional<ProcessProbe> process();

    /** Fails when the gateway is known to have ended. */
    void checkAlive() throws LoadFailure;

    /** Stops what was started for the measurement. */
    @Override
    void close();

    /** A gateway that somebody else has started and will stop. */
    record Running(InetSocketAddress address, Optional<ProcessProbe> process) implements GatewayUnderTest {
        @Override
        public void checkAlive() throws LoadFailure {
            if (process.isPresent() && process.get().commandLine().isEmpty()) {
                throw new LoadFailure("process " + process.get().pid() + " has ended");
            }
        }

        @Override
        public void close() {
            // Not ours to stop.
        }
    }
}
