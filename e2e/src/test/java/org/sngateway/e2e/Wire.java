// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;

/** A kind of network between devices and a gateway, with what it needs to run. The same scripts hold over each. */
interface Wire extends AutoCloseable {
    /** The gateway's end: an entry of {@code listeners}, as a YAML map on one line. What it names exists. */
    String listener();

    /** The gateway is ready, and has told this address of its listener: {@code udp:127.0.0.1:40123}. */
    void attach(String address) throws IOException;

    /** A way for one device. Where the network has room for one only, the one before is closed by then. */
    Link link() throws IOException;

    @Override
    void close();
}
