// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.SnMessage;

/** One node's end of the network: what arrives goes to its loop, what it sends to the network. Confined to the loop. */
final class NodeEnd implements NodeNetwork.Receiver, NodeSink {
    private final int node;
    private final NodeListener listener;
    private @Nullable NodeSink network;
    private @Nullable NodeLoop loop;
    private int index;

    NodeEnd(int node, NodeListener listener) {
        this.node = node;
        this.listener = listener;
    }

    /** Says where what arrives goes; before the first does. */
    void attach(NodeSink toNetwork, NodeLoop owner, int indexInLoop) {
        network = toNetwork;
        loop = owner;
        index = indexInLoop;
    }

    @Override
    public void onFrame(DecodeResult frame) {
        if (frame instanceof DecodeResult.Decoded decoded) {
            if (loop != null) {
                loop.onMessage(index, decoded.message());
            }
        } else if (frame instanceof DecodeResult.Malformed malformed) {
            listener.onMalformed(node, malformed.detail());
        }
    }

    @Override
    public void onUnreachable() {
        listener.onUnreachable(node);
    }

    @Override
    public void send(SnMessage message) {
        if (network != null) {
            network.send(message);
        }
    }
}
