// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

/** Names of figures, as they stand in the JSON report. */
final class Figures {
    static final String PER_SECOND = "perSecond";
    static final String P50_MICROS = "p50Micros";
    static final String P99_MICROS = "p99Micros";

    /** Milliseconds of processor time per 1,000 messages or connects. */
    static final String GATEWAY_MILLIS_PER_1000 = "gatewayCpuMillisPer1000";

    /** 100 is one processor. */
    static final String GATEWAY_CPU_PERCENT = "gatewayCpuPercent";

    static final String GENERATOR_MILLIS_PER_1000 = "generatorCpuMillisPer1000";
    static final String GENERATOR_CPU_PERCENT = "generatorCpuPercent";

    /** What neither gateway nor generator used: much of it means that the row was disturbed. */
    static final String OTHER_CPU_PERCENT = "otherCpuPercent";

    /** Of what was journalled, once the broker is back. */
    static final String REPLAYED_PER_SECOND = "replayedPerSecond";

    static final String REPLAY_GATEWAY_MILLIS_PER_1000 = "replayGatewayCpuMillisPer1000";

    /** Octets, after the name of the step. */
    static final String RSS_PER_SESSION = "RssOctetsPerSession";

    static final String HEAP_PER_SESSION = "HeapOctetsPerSession";

    private Figures() {}
}
