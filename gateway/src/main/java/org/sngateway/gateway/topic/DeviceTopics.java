// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.TopicRef;

/** Every way in which one device and the gateway can name a topic: normal and pre-defined ids, short names. */
public final class DeviceTopics {
    private final int idLimit;
    private final IdChoice idChoice;
    private final Map<Integer, String> predefined;
    private final Map<Integer, String> general;
    /** Made when first asked for; shared when empty. */
    private @Nullable Map<String, Integer> ownPredefinedIds;

    private @Nullable TopicIds normal;

    /**
     * @param idLimit how many normal ids the device may have
     * @param idChoice how they are chosen
     * @param predefined the pre-defined ids that hold for this device
     * @param general those of them that hold for all devices
     */
    public DeviceTopics(int idLimit, IdChoice idChoice, Map<Integer, String> predefined, Map<Integer, String> general) {
        this.idLimit = idLimit;
        this.idChoice = idChoice;
        this.predefined = predefined;
        this.general = general;
    }

    /** The topic name that the device means, or null when it is an id that nobody assigned. */
    public @Nullable String nameOf(TopicRef ref) {
        if (ref instanceof TopicRef.Normal id) {
            return normal == null ? null : normal.nameOf(id.id());
        }
        if (ref instanceof TopicRef.Predefined id) {
            return predefined.get(id.id());
        }
        return ref instanceof TopicRef.ShortName shortName ? shortName.name() : ((TopicRef.Name) ref).name();
    }

    /** The normal id of a topic the device asked about, which it knows from now on; 0 when it may have no more ids. */
    public int register(String topicName) {
        int id = ids().idFor(topicName);
        if (id != 0) {
            ids().confirm(id);
        }
        return id;
    }

    /** The normal id under which a topic can be registered at the device; 0 when it may have no more ids. */
    public int idFor(String topicName) {
        return ids().idFor(topicName);
    }

    /** The normal id by which the device knows a topic; null when one must be registered first. */
    public TopicRef.@Nullable Normal knownIdOf(String topicName) {
        int known = normal == null ? 0 : normal.confirmedIdOf(topicName);
        return known == 0 ? null : new TopicRef.Normal(known);
    }

    /**
     * How to name a topic to the device without a REGISTER before it: a normal id it knows, the name itself when it is short, an id
     * that is pre-defined for this device alone. Null when there is none.
     */
    public @Nullable TopicRef refFor(String topicName) {
        TopicRef known = knownIdOf(topicName);
        if (known != null) {
            return known;
        }
        if (isShort(topicName)) {
            return new TopicRef.ShortName(topicName);
        }
        Integer own = ownPredefinedIds().get(topicName);
        return own == null ? null : new TopicRef.Predefined(own);
    }

    private Map<String, Integer> ownPredefinedIds() {
        if (ownPredefinedIds == null) {
            Map<String, Integer> ids = new HashMap<>(4);
            predefined.forEach((id, name) -> {
                if (!name.equals(general.get(id))) {
                    ids.merge(name, id, Math::min);
                }
            });
            ownPredefinedIds = ids.isEmpty() ? Map.of() : ids;
        }
        return ownPredefinedIds;
    }

    /** The device accepted a REGISTER. */
    public void confirm(int id) {
        ids().confirm(id);
    }

    /** After a restart: the id of a topic; it is registered at the device again before it is used. */
    public void restore(int id, String topicName) {
        ids().restore(id, topicName);
    }

    /** The device does not know this id. */
    public void forget(int id) {
        if (normal != null) {
            normal.forget(id);
        }
    }

    /** The device begins a new session: normal ids are gone. */
    public void clear() {
        normal = null;
    }

    /** The device resumes its session, but may have forgotten its ids: they stay valid and are registered again before use. */
    public void forgetConfirmations() {
        if (normal != null) {
            normal.forgetConfirmations();
        }
    }

    /** How many normal ids there are. */
    public int size() {
        return normal == null ? 0 : normal.size();
    }

    /** All normal ids, in order. */
    public void forEachId(TopicIds.Visitor visitor) {
        if (normal != null) {
            normal.forEach(visitor);
        }
    }

    private TopicIds ids() {
        if (normal == null) {
            normal = new TopicIds(idLimit, idChoice, predefined::containsKey);
        }
        return normal;
    }

    private static boolean isShort(String topicName) {
        int chars = topicName.length();
        return chars > 0 && chars <= 2 && topicName.getBytes(StandardCharsets.UTF_8).length == 2;
    }
}
