// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.WillTopic;

/** What can happen to a session: a message, told apart where its meaning differs, or something that time brings. */
public enum Trigger {
    ADVERTISE(MessageType.ADVERTISE),
    SEARCHGW(MessageType.SEARCHGW),
    GWINFO(MessageType.GWINFO),
    /** CONNECT with neither clean session nor will. */
    CONNECT(MessageType.CONNECT),
    /** CONNECT with clean session, without will. */
    CONNECT_CLEAN(null),
    /** CONNECT with the will flag. */
    CONNECT_WITH_WILL(null),
    CONNACK(MessageType.CONNACK),
    WILLTOPICREQ(MessageType.WILLTOPICREQ),
    WILLTOPIC(MessageType.WILLTOPIC),
    /** The empty WILLTOPIC. */
    WILLTOPIC_EMPTY(null),
    WILLMSGREQ(MessageType.WILLMSGREQ),
    WILLMSG(MessageType.WILLMSG),
    REGISTER(MessageType.REGISTER),
    REGACK(MessageType.REGACK),
    PUBLISH(MessageType.PUBLISH),
    PUBACK(MessageType.PUBACK),
    PUBCOMP(MessageType.PUBCOMP),
    PUBREC(MessageType.PUBREC),
    PUBREL(MessageType.PUBREL),
    SUBSCRIBE(MessageType.SUBSCRIBE),
    SUBACK(MessageType.SUBACK),
    UNSUBSCRIBE(MessageType.UNSUBSCRIBE),
    UNSUBACK(MessageType.UNSUBACK),
    PINGREQ(MessageType.PINGREQ),
    /** PINGREQ with a client id. */
    PINGREQ_WITH_CLIENT_ID(null),
    PINGRESP(MessageType.PINGRESP),
    DISCONNECT(MessageType.DISCONNECT),
    /** DISCONNECT with a duration other than 0. */
    DISCONNECT_WITH_DURATION(null),
    WILLTOPICUPD(MessageType.WILLTOPICUPD),
    WILLTOPICRESP(MessageType.WILLTOPICRESP),
    WILLMSGUPD(MessageType.WILLMSGUPD),
    WILLMSGRESP(MessageType.WILLMSGRESP),
    ENCAPSULATED(MessageType.ENCAPSULATED),
    /** Nothing was heard for the keep-alive or the sleep duration, tolerance included. */
    LIVENESS_EXPIRED(null),
    /** The device has not answered, often enough. */
    RETRIES_EXHAUSTED(null),
    /** All that was buffered has been delivered and acknowledged, or as much as one awake period may bring. */
    QUEUE_DRAINED(null),
    /** Another device has appeared at this device's address. */
    ADDRESS_TAKEN(null),
    /** The device may connect if the broker agrees, which takes time. */
    BROKER_ASKED(null),
    /** The broker lets the device in. */
    BROKER_ACCEPTED(null),
    /** The broker does not let the device in, or cannot be reached. */
    BROKER_REFUSED(null),
    /** The broker does not serve the device any longer. */
    BROKER_DROPPED(null),
    /** The configuration does not admit the device any longer. */
    EXCLUDED(null);

    private static final Map<MessageType, Trigger> BY_TYPE = new EnumMap<>(MessageType.class);

    static {
        for (Trigger trigger : values()) {
            if (trigger.type != null) {
                BY_TYPE.put(trigger.type, trigger);
            }
        }
    }

    private final @Nullable MessageType type;

    Trigger(@Nullable MessageType type) {
        this.type = type;
    }

    /** The trigger that this message is. */
    public static Trigger of(SnMessage message) {
        return switch (message.type()) {
            case CONNECT -> of((Connect) message);
            case DISCONNECT -> ((Disconnect) message).duration() > 0 ? DISCONNECT_WITH_DURATION : DISCONNECT;
            case PINGREQ -> ((PingReq) message).clientId().isEmpty() ? PINGREQ : PINGREQ_WITH_CLIENT_ID;
            case WILLTOPIC -> ((WillTopic) message).will() == null ? WILLTOPIC_EMPTY : WILLTOPIC;
            default -> Objects.requireNonNull(BY_TYPE.get(message.type()));
        };
    }

    private static Trigger of(Connect connect) {
        if (connect.will()) {
            return CONNECT_WITH_WILL;
        }
        return connect.cleanSession() ? CONNECT_CLEAN : CONNECT;
    }
}
