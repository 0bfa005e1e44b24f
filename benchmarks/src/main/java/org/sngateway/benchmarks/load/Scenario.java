// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.Locale;

/** What can be measured; each makes one row. */
enum Scenario {
    UPLINK_QOS1("uplink QoS 1", "acknowledged messages/s, one in flight per device"),
    JOURNAL_QOS1("journal QoS 1", "acknowledged messages/s, kept on the disk while the broker is away"),
    UPLINK_QOS0("uplink QoS 0", "messages/s counted by the broker, paced by a window"),
    DOWNLINK_QOS1("downlink QoS 1", "messages/s received by devices with a topic each"),
    CONNECTS("connects", "CONNECT to CONNACK, new sessions/s"),
    MEMORY("memory", "octets per idle session");

    private final String title;
    private final String description;

    Scenario(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** As on the command line: {@code uplink-qos1}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }

    /**
     * @throws IllegalArgumentException when no scenario has this key
     */
    static Scenario ofKey(String key) {
        for (Scenario scenario : values()) {
            if (scenario.key().equals(key)) {
                return scenario;
            }
        }
        throw new IllegalArgumentException("no scenario " + key);
    }
}
