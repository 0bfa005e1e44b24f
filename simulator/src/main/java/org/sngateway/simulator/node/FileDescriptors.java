// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** How many sockets this process may open: asked before, because a fleet that is cut off half way is no measurement. */
public final class FileDescriptors {
    /** For what is opened besides the nodes: the MQTT connection, event loops, class files. */
    private static final int RESERVE = 64;

    private FileDescriptors() {}

    public static void requireFree(int sockets) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            requireFree(sockets, system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount());
        }
    }

    public static void requireFree(int sockets, long limit, long open) throws IOException {
        long needed = open + sockets + RESERVE;
        if (needed > limit) {
            throw new IOException(sockets + " nodes need " + needed + " file descriptors, and this process may open "
                    + limit + ": raise the limit (ulimit -n " + needed + ") or take fewer nodes");
        }
    }
}
