// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.sngateway.codec.message.Payload;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.StoredDevice;

/**
 * What the gateway has acknowledged, to devices or to the broker, and must have on the disk until what ends it has begun. The same facts are
 * read out of a store, to be compared.
 */
final class PowerCutLedger {
    private final Set<String> facts = new HashSet<>();
    /** Deliveries that a device has, so that it matters no more whether the broker was told. */
    private final Set<String> delivered = new HashSet<>();

    private boolean brokerAway;
    private int outages;

    synchronized void acknowledged(String fact) {
        facts.add(fact);
    }

    /** To be called before what ends it is sent. */
    synchronized void ending(String fact) {
        facts.remove(fact);
    }

    // ---- messages of devices

    synchronized void brokerIsAway() {
        brokerAway = true;
        outages++;
    }

    /** From now on the broker may get what is in the journal. */
    synchronized void brokerComesBack() {
        brokerAway = false;
        facts.removeIf(fact -> fact.startsWith("uplink "));
    }

    /** To be asked when a message begins, for {@link #acknowledgedUp}; 0 while the broker is there. */
    synchronized int outage() {
        return brokerAway ? outages : 0;
    }

    /** Begun and acknowledged during one outage, it can be nowhere but in the journal. */
    synchronized void acknowledgedUp(String text, int outage) {
        if (outage != 0 && outage == outage()) {
            facts.add("uplink " + text);
        }
    }

    // ---- messages for devices

    /** The broker was told that it need not keep it any longer. */
    synchronized void acknowledgedToBroker(String text) {
        if (!delivered.contains(text)) {
            facts.add("delivery " + text);
        }
    }

    /** To be called before the device acknowledges it. */
    synchronized void delivered(String text) {
        delivered.add(text);
        facts.remove("delivery " + text);
    }

    // ---- comparing

    synchronized Set<String> facts() {
        return new HashSet<>(facts);
    }

    static void read(StoredDevice device, Set<String> into) {
        String client = device.session().clientId();
        into.add("session " + client);
        if (device.session().will() != null) {
            into.add("will " + client + " " + text(device.session().will().payload()));
        }
        device.subscriptions().forEach(one -> into.add("subscription " + client + " " + one.filter()));
        device.topicIds().forEach(one -> into.add("topic-id " + client + " " + one.id() + " " + one.name()));
        device.exchanges().forEach(one -> into.add("exchange " + client + " " + one.msgId()));
        device.deliveries().forEach(one -> into.add("delivery " + text(one.payload())));
    }

    static void read(JournalEntry entry, Set<String> into) {
        into.add("uplink " + text(entry.payload()));
    }

    private static String text(Payload payload) {
        return new String(payload.toByteArray(), StandardCharsets.UTF_8);
    }
}
