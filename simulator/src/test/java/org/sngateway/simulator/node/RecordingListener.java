// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.ReturnCode;

/** Writes down what it hears, a line each. */
final class RecordingListener implements NodeListener {
    final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onReady(int node, boolean isFirst) {
        heard.add("ready " + node + (isFirst ? "" : " again"));
    }

    @Override
    public void onDisconnected(int node) {
        heard.add("disconnected " + node);
    }

    @Override
    public void onRefused(int node, MessageType request, ReturnCode code) {
        heard.add("refused " + node + " " + request + " " + code);
    }

    @Override
    public void onSent(int node, Publication publication, long nowNanos) {
        heard.add("sent " + node + " #" + publication.sequence());
    }

    @Override
    public void onRetransmitted(int node) {
        heard.add("retransmitted " + node);
    }

    @Override
    public void onAcknowledged(int node, Publication publication, long sentNanos, long nowNanos) {
        heard.add("acknowledged " + node + " #" + publication.sequence() + " after "
                + (nowNanos - sentNanos) / 1_000_000 + " ms");
    }

    @Override
    public void onRejected(int node, Publication publication, ReturnCode code) {
        heard.add("rejected " + node + " #" + publication.sequence() + " " + code);
    }

    @Override
    public void onMalformed(int node, String detail) {
        heard.add("malformed " + node);
    }

    @Override
    public void onUnreachable(int node) {
        heard.add("unreachable " + node);
    }
}
