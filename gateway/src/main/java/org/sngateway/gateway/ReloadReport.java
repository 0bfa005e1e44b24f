// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of reading the configuration again.
 *
 * @param applied the keys that mean something else from now on
 * @param needRestart the keys that have changed, too, but are looked at only when the gateway starts
 * @param sessionsEnded sessions of devices that may not connect any more
 * @param subscriptionsEnded subscriptions that other devices may not have any more
 */
public record ReloadReport(List<String> applied, List<String> needRestart, int sessionsEnded, int subscriptionsEnded) {
    public ReloadReport {
        applied = List.copyOf(applied);
        needRestart = List.copyOf(needRestart);
    }

    /** One line for each thing that there is to say. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (applied.isEmpty() && needRestart.isEmpty()) {
            lines.add("nothing has changed");
        }
        if (!applied.isEmpty()) {
            lines.add("in effect: " + String.join(", ", applied));
        }
        if (!needRestart.isEmpty()) {
            lines.add("after a restart: " + String.join(", ", needRestart));
        }
        if (sessionsEnded > 0 || subscriptionsEnded > 0) {
            lines.add("ended: " + sessionsEnded + " sessions, " + subscriptionsEnded + " subscriptions");
        }
        return lines;
    }
}
