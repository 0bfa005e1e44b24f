// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run of the load benchmark measures, and how long.
 *
 * @param devices of each throughput row
 * @param payloadOctets of each message, 16..65000
 * @param window of uplink QoS 0: messages of all devices together on their way
 * @param downlinkPerSecond 0 for a window of one message per device
 * @param connects sessions per round of the connect row, and per step of the memory row
 * @param outstanding handshakes at a time
 * @param receiveMaximum what the sink tells the gateway
 * @param separateSink whether the sink has a thread of its own
 */
record Settings(
        Duration warmUp,
        Duration measured,
        int rounds,
        int devices,
        int payloadOctets,
        int window,
        int downlinkPerSecond,
        int connects,
        int outstanding,
        int receiveMaximum,
        boolean separateSink) {

    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("warmUpSeconds", warmUp.toMillis() / 1000.0);
        map.put("measuredSeconds", measured.toMillis() / 1000.0);
        map.put("rounds", rounds);
        map.put("devices", devices);
        map.put("payloadOctets", payloadOctets);
        map.put("uplinkQos0Window", window);
        map.put("downlinkPerSecond", downlinkPerSecond);
        map.put("connects", connects);
        map.put("outstandingHandshakes", outstanding);
        map.put("sinkReceiveMaximum", receiveMaximum);
        map.put("sinkThread", separateSink ? "own" : "shared with the devices");
        return map;
    }
}
