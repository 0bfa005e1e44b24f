// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The normal topic ids of one device, MQTT-SN 1.2 §6.5 and §6.10: ids are handed out in order from 1, skipping the reserved ones
 * and those the configuration has pre-defined for this device, since acknowledgements carry no topic id type.
 */
public final class TopicIds {
    private static final int LAST_ID = 0xFFFE;

    private final int limit;
    private final IntPredicate isTaken;
    private final Map<String, Integer> idByName = new HashMap<>(4);
    private final List<@Nullable String> nameById = new ArrayList<>(4);
    private final BitSet confirmed = new BitSet();

    /**
     * @param limit how many ids the device may have, at least 1
     * @param isTaken ids that must not be handed out
     */
    public TopicIds(int limit, IntPredicate isTaken) {
        this.limit = limit;
        this.isTaken = isTaken;
    }

    /** The id of this topic name, assigned now if it had none; 0 when the device has as many ids as it may have. */
    public int idFor(String topicName) {
        Integer known = idByName.get(topicName);
        if (known != null) {
            return known;
        }
        if (idByName.size() >= limit) {
            return 0;
        }
        int id = nameById.size() + 1;
        while (id <= LAST_ID && isTaken.test(id)) {
            nameById.add(null);
            id++;
        }
        if (id > LAST_ID) {
            return 0;
        }
        nameById.add(topicName);
        idByName.put(topicName, id);
        return id;
    }

    /** The topic name with this id, or null. */
    public @Nullable String nameOf(int id) {
        return id >= 1 && id <= nameById.size() ? nameById.get(id - 1) : null;
    }

    /** The id that the device is known to connect with this topic name, or 0: until confirmed an id must be registered first. */
    public int confirmedIdOf(String topicName) {
        Integer id = idByName.get(topicName);
        return id != null && confirmed.get(id) ? id : 0;
    }

    /** The device knows this id: it asked for it, or accepted a REGISTER. */
    public void confirm(int id) {
        confirmed.set(id);
    }

    /** The device does not know this id any more (PUBACK 02). */
    public void forget(int id) {
        confirmed.clear(id);
    }

    /** The device may have forgotten all ids: they stay valid, and are registered again before the gateway uses them. */
    public void forgetConfirmations() {
        confirmed.clear();
    }

    /** How many ids are assigned. */
    public int size() {
        return idByName.size();
    }
}
