// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import org.jspecify.annotations.Nullable;

/** Counts what became of one frame; completed on the loop of the channel that sends it. */
final class SendReceipt extends DefaultChannelPromise {
    private final PortCounters counters;
    private final int octets;

    SendReceipt(Channel channel, PortCounters counters, int octets) {
        super(channel);
        this.counters = counters;
        this.octets = octets;
    }

    @Override
    public boolean trySuccess(@Nullable Void result) {
        boolean first = super.trySuccess(null);
        if (first) {
            counters.sent(octets);
        }
        return first;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        boolean first = super.tryFailure(cause);
        if (first) {
            counters.sendFailed();
        }
        return first;
    }
}
