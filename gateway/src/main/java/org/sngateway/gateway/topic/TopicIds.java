// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The normal topic ids of one device, MQTT-SN 1.2 §6.5 and §6.10: given in order from 1, or as the topic's name says, without the
 * reserved ones and those the configuration has pre-defined for this device, since acknowledgements carry no topic id type.
 */
public final class TopicIds {
    private static final int LAST_ID = 0xFFFE;

    private static final class Assigned {
        private final int id;
        private final String name;
        private boolean confirmed;

        Assigned(int id, String name) {
            this.id = id;
            this.name = name;
        }
    }

    private final int limit;
    private final IdChoice choice;
    private final IntPredicate isTaken;
    private final Map<String, Assigned> byName = new HashMap<>(4);
    private final Map<Integer, Assigned> byId = new HashMap<>(4);
    private int lastId;

    /**
     * @param limit how many ids the device may have, at least 1
     * @param isTaken ids that must not be handed out
     */
    public TopicIds(int limit, IdChoice choice, IntPredicate isTaken) {
        this.limit = limit;
        this.choice = choice;
        this.isTaken = isTaken;
    }

    /** The id of this topic name, assigned now if it had none; 0 when the device has as many ids as it may have. */
    public int idFor(String topicName) {
        Assigned known = byName.get(topicName);
        if (known != null) {
            return known.id;
        }
        int id = byName.size() >= limit ? 0 : choose(topicName);
        if (id != 0) {
            Assigned assigned = new Assigned(id, topicName);
            byName.put(topicName, assigned);
            byId.put(id, assigned);
        }
        return id;
    }

    private int choose(String topicName) {
        if (choice == IdChoice.NEXT) {
            int next = firstFree(lastId + 1, LAST_ID);
            lastId = next == 0 ? LAST_ID : next;
            return next;
        }
        int wanted = 1 + Integer.remainderUnsigned(mixed(topicName.hashCode()), LAST_ID);
        int id = firstFree(wanted, LAST_ID);
        return id != 0 ? id : firstFree(1, wanted - 1);
    }

    /** The first id of a range that can be given; 0 when there is none. */
    private int firstFree(int first, int last) {
        for (int id = first; id <= last; id++) {
            if (!byId.containsKey(id) && !isTaken.test(id)) {
                return id;
            }
        }
        return 0;
    }

    /**
     * Spreads hash codes, which are alike for names that are: the finalizer of MurmurHash3. Like the hash code of a string, which its
     * documentation spells out, it never changes: devices remember what comes of it.
     */
    private static int mixed(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }

    /** After a restart: this id belongs to this topic name. */
    public void restore(int id, String topicName) {
        Assigned assigned = new Assigned(id, topicName);
        byId.put(id, assigned);
        byName.put(topicName, assigned);
        lastId = Math.max(lastId, id);
    }

    /** The topic name with this id, or null. */
    public @Nullable String nameOf(int id) {
        Assigned assigned = byId.get(id);
        return assigned == null ? null : assigned.name;
    }

    /** The id that the device is known to connect with this topic name, or 0: until confirmed an id must be registered first. */
    public int confirmedIdOf(String topicName) {
        Assigned assigned = byName.get(topicName);
        return assigned != null && assigned.confirmed ? assigned.id : 0;
    }

    /** The device knows this id: it asked for it, or accepted a REGISTER. */
    public void confirm(int id) {
        setConfirmed(id, true);
    }

    /** The device does not know this id any more (PUBACK 02). */
    public void forget(int id) {
        setConfirmed(id, false);
    }

    private void setConfirmed(int id, boolean confirmed) {
        Assigned assigned = byId.get(id);
        if (assigned != null) {
            assigned.confirmed = confirmed;
        }
    }

    /** The device may have forgotten all ids: they stay valid, and are registered again before the gateway uses them. */
    public void forgetConfirmations() {
        byId.values().forEach(assigned -> assigned.confirmed = false);
    }

    /** All ids with their names, in order. */
    public void forEach(Visitor visitor) {
        byId.values().stream()
                .sorted(Comparator.comparingInt(assigned -> assigned.id))
                .forEach(assigned -> visitor.visit(assigned.id, assigned.name, assigned.confirmed));
    }

    /** Is told the ids one after the other. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * An id.
         *
         * @param confirmed whether the device is known to connect the id with the name
         */
        void visit(int id, String topicName, boolean confirmed);
    }

    /** How many ids are assigned. */
    public int size() {
        return byName.size();
    }
}
