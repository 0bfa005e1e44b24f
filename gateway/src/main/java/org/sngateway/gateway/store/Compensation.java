// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;

/**
 * What takes back a change whose commit failed. Such a commit may be in the file all the same: the octets were written and only the disk's answer
 * was missing. Whoever was told that it failed may send the message again, so it must not turn up later.
 *
 * <p>Only rows that are added once are taken back. Of those that are put again and again, such as sessions, the next put decides.
 */
final class Compensation {
    private Compensation() {}

    static void addTo(List<Change> changes, Change failed) {
        if (failed instanceof Change.Together together) {
            together.changes().forEach(part -> addTo(changes, part));
        } else if (failed instanceof Change.AppendJournal append) {
            changes.add(new Change.DeleteJournal(List.of(append.entry().seq())));
        } else if (failed instanceof Change.AddDelivery add) {
            changes.add(new Change.DeleteDelivery(
                    add.delivery().clientId(), add.delivery().seq()));
        } else if (failed instanceof Change.PutExchange put) {
            changes.add(new Change.DeleteExchange(
                    put.exchange().clientId(), put.exchange().msgId()));
        }
    }
}
