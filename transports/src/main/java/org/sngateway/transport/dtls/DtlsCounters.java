// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.TransportStats;

/** What a listener's ports have done; any thread. */
final class DtlsCounters {
    final LongAdder framesIn = new LongAdder();
    final LongAdder octetsIn = new LongAdder();
    final LongAdder framesOut = new LongAdder();
    final LongAdder octetsOut = new LongAdder();
    final LongAdder sendFailures = new LongAdder();
    final LongAdder fullHandshakes = new LongAdder();
    final LongAdder resumptions = new LongAdder();
    final LongAdder moves = new LongAdder();
    final AtomicInteger handshakesUnderWay = new AtomicInteger();
    private final Map<HandshakeFailure, LongAdder> failures = adders(HandshakeFailure.class);
    private final Map<RecordDrop, LongAdder> drops = adders(RecordDrop.class);

    private static <K extends Enum<K>> Map<K, LongAdder> adders(Class<K> keys) {
        Map<K, LongAdder> adders = new EnumMap<>(keys);
        for (K key : keys.getEnumConstants()) {
            adders.put(key, new LongAdder());
        }
        return adders;
    }

    private static <K> void increment(Map<K, LongAdder> adders, K key) {
        LongAdder adder = adders.get(key);
        if (adder != null) { // one for each key
            adder.increment();
        }
    }

    void failed(HandshakeFailure cause) {
        increment(failures, cause);
    }

    void dropped(RecordDrop reason) {
        increment(drops, reason);
    }

    TransportStats frames(TransportStats datagrams) {
        return new TransportStats(
                framesIn.sum(),
                octetsIn.sum(),
                framesOut.sum(),
                octetsOut.sum(),
                sendFailures.sum() + datagrams.sendFailures(),
                datagrams.kernelDrops());
    }

    DtlsStats stats(int connections, @Nullable Instant certificateEnds) {
        return new DtlsStats(
                connections,
                handshakesUnderWay.get(),
                fullHandshakes.sum(),
                resumptions.sum(),
                sums(failures),
                sums(drops),
                moves.sum(),
                certificateEnds);
    }

    private static <K> Map<K, Long> sums(Map<K, LongAdder> adders) {
        Map<K, Long> sums = new HashMap<>();
        adders.forEach((key, adder) -> sums.put(key, adder.sum()));
        return sums;
    }
}
