// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;

/** A listener that has only counters. */
record CountingTransport(TransportStats stats, @Nullable LineStats line) implements Transport {
    @Override
    public Optional<LineStats> lineStats() {
        return Optional.ofNullable(line);
    }

    @Override
    public CompletionStage<String> open(List<Port> ports) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int maxFrameOctets() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> close() {
        throw new UnsupportedOperationException();
    }
}
