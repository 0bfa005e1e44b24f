// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.io.IOException;

/** The serial ports of a machine, or of a test. Any thread. */
public interface SerialPorts {
    /**
     * Opens a port. A name that is a link is followed anew each time, so {@code /dev/serial/by-id/...} finds its device wherever it was
     * plugged in.
     *
     * @throws PortException when it cannot be opened now
     */
    OpenPort open(String name, LineSettings settings) throws PortException;

    /** A port that is open. One thread may read and another write at the same time; any may close. */
    interface OpenPort extends AutoCloseable {
        /**
         * Waits for octets, and takes as many as there are and fit.
         *
         * @return how many; 0 when the line has been silent for {@link LineSettings#silence}
         * @throws IOException when the port is gone
         */
        int read(byte[] into) throws IOException;

        /**
         * Hands all octets to the port, and waits while it is not ready for them.
         *
         * @throws IOException when the port is gone
         */
        void write(byte[] octets) throws IOException;

        /** Ends reading and writing that is under way. Idempotent. */
        @Override
        void close();
    }
}
