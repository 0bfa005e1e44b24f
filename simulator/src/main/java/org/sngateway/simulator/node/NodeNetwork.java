// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.channel.EventLoop;
import java.io.IOException;
import org.sngateway.codec.DecodeResult;

/** The way from nodes to the gateway. {@link #open} is called by one thread, the sinks on the nodes' loops, the rest by any thread. */
public interface NodeNetwork {
    /** What comes for one node; called on its loop. */
    interface Receiver {
        void onFrame(DecodeResult frame);

        /** The network says that there is nobody to send to. */
        void onUnreachable();
    }

    /**
     * Makes ready for so many nodes.
     *
     * @throws IOException when it cannot carry them; says what to do
     */
    void prepare(int nodes) throws IOException;

    /**
     * Opens the way of one node.
     *
     * @param number 0 and up, each once, fewer than it was prepared for
     * @param loop where the receiver is called, and the sink is
     */
    NodeSink open(int number, EventLoop loop, Receiver receiver) throws IOException;

    /** What the nodes talk to, for a person: {@code 127.0.0.1:1884}. */
    String gateway();

    /** Why it is that nothing is heard of the gateway, as far as the network can tell. */
    String silence();

    /** Closes all ways. */
    void close();
}
