// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.sngateway.gateway.session.SessionState.*;
import static org.sngateway.gateway.session.Trigger.*;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * MQTT-SN 1.2 §6.14 as rows: in this state, when this happens, do this and be in that state. What has no row is ignored and counted. A
 * peer without a session is in the state {@link SessionState#DISCONNECTED}.
 */
public final class TransitionTable {
    /** One row. */
    public record Row(SessionState from, Trigger on, Reaction reaction, SessionState to) {}

    private static final List<Row> ROWS = rows();
    private static final Map<SessionState, Map<Trigger, Row>> INDEX = index();

    private TransitionTable() {}

    private static List<Row> rows() {
        Table table = new Table();

        Set<SessionState> apart = EnumSet.of(DISCONNECTED, LOST);
        table.on(apart, CONNECT, Reaction.ACCEPT, ACTIVE);
        table.on(apart, CONNECT_CLEAN, Reaction.ACCEPT, ACTIVE);
        table.on(apart, CONNECT_WITH_WILL, Reaction.PROMPT_WILL, CONNECTING);
        table.stay(apart, DISCONNECT, Reaction.CONFIRM_DISCONNECT);
        table.stay(apart, DISCONNECT_WITH_DURATION, Reaction.CONFIRM_DISCONNECT);
        table.stay(apart, PINGREQ_WITH_CLIENT_ID, Reaction.FIND_SLEEPER);
        for (Trigger message : List.of(
                REGISTER,
                REGACK,
                PUBLISH,
                PUBACK,
                PUBREC,
                PUBREL,
                PUBCOMP,
                SUBSCRIBE,
                UNSUBSCRIBE,
                PINGREQ,
                WILLTOPICUPD,
                WILLMSGUPD)) {
            table.stay(apart, message, Reaction.TELL_DISCONNECTED);
        }

        Set<SessionState> connecting = EnumSet.of(CONNECTING);
        table.on(connecting, CONNECT, Reaction.ACCEPT, ACTIVE);
        table.on(connecting, CONNECT_CLEAN, Reaction.ACCEPT, ACTIVE);
        table.on(connecting, CONNECT_WITH_WILL, Reaction.PROMPT_WILL, CONNECTING);
        table.on(connecting, WILLTOPIC, Reaction.TAKE_WILL_TOPIC, CONNECTING);
        table.on(connecting, WILLTOPIC_EMPTY, Reaction.ACCEPT_WITHOUT_WILL, ACTIVE);
        table.on(connecting, WILLMSG, Reaction.TAKE_WILL_MESSAGE, ACTIVE);
        table.on(connecting, DISCONNECT, Reaction.LEAVE, DISCONNECTED);
        table.on(connecting, DISCONNECT_WITH_DURATION, Reaction.LEAVE, DISCONNECTED);
        table.on(connecting, RETRIES_EXHAUSTED, Reaction.ABANDON, DISCONNECTED);
        table.on(connecting, ADDRESS_TAKEN, Reaction.ABANDON, DISCONNECTED);

        Set<SessionState> connected = EnumSet.of(ACTIVE, ASLEEP, AWAKE);
        table.stay(connected, REGISTER, Reaction.REGISTER);
        table.stay(connected, REGACK, Reaction.REGISTER_ANSWERED);
        table.stay(connected, PUBLISH, Reaction.PUBLISH);
        table.stay(connected, PUBREL, Reaction.PUBLISH_RELEASED);
        table.stay(connected, PUBACK, Reaction.PUBLISH_ANSWERED);
        table.stay(connected, PUBREC, Reaction.PUBLISH_RECEIVED);
        table.stay(connected, PUBCOMP, Reaction.PUBLISH_COMPLETED);
        table.stay(connected, SUBSCRIBE, Reaction.SUBSCRIBE);
        table.stay(connected, UNSUBSCRIBE, Reaction.UNSUBSCRIBE);
        table.stay(connected, WILLTOPICUPD, Reaction.UPDATE_WILL_TOPIC);
        table.stay(connected, WILLMSGUPD, Reaction.UPDATE_WILL_MESSAGE);
        table.stay(connected, PINGRESP, Reaction.NOTE_LIFE);
        table.on(connected, CONNECT_CLEAN, Reaction.ACCEPT, ACTIVE);
        table.on(connected, CONNECT_WITH_WILL, Reaction.PROMPT_WILL, CONNECTING);
        table.on(connected, DISCONNECT, Reaction.LEAVE, DISCONNECTED);
        table.on(connected, DISCONNECT_WITH_DURATION, Reaction.FALL_ASLEEP, ASLEEP);

        Set<SessionState> active = EnumSet.of(ACTIVE);
        table.on(active, CONNECT, Reaction.ACCEPT, ACTIVE);
        table.stay(active, PINGREQ, Reaction.ANSWER_PING);
        table.stay(active, PINGREQ_WITH_CLIENT_ID, Reaction.ANSWER_PING);
        table.stay(active, WILLTOPIC_EMPTY, Reaction.ACCEPT_AGAIN);
        table.stay(active, WILLMSG, Reaction.ACCEPT_AGAIN);
        table.on(active, LIVENESS_EXPIRED, Reaction.LOSE, LOST);
        table.on(active, RETRIES_EXHAUSTED, Reaction.LOSE, LOST);
        table.on(active, ADDRESS_TAKEN, Reaction.LEAVE_SILENTLY, DISCONNECTED);

        Set<SessionState> asleep = EnumSet.of(ASLEEP);
        table.on(asleep, CONNECT, Reaction.RESUME, ACTIVE);
        table.on(asleep, PINGREQ, Reaction.WAKE, AWAKE);
        table.on(asleep, PINGREQ_WITH_CLIENT_ID, Reaction.WAKE, AWAKE);
        table.on(asleep, LIVENESS_EXPIRED, Reaction.LOSE, LOST);
        table.on(asleep, ADDRESS_TAKEN, Reaction.LOSE_ADDRESS, ASLEEP);

        Set<SessionState> awake = EnumSet.of(AWAKE);
        table.on(awake, CONNECT, Reaction.RESUME, ACTIVE);
        table.stay(awake, PINGREQ, Reaction.REPEAT);
        table.stay(awake, PINGREQ_WITH_CLIENT_ID, Reaction.REPEAT);
        table.on(awake, QUEUE_DRAINED, Reaction.ANSWER_AND_SLEEP, ASLEEP);
        table.on(awake, RETRIES_EXHAUSTED, Reaction.SLEEP_SILENTLY, ASLEEP);
        table.on(awake, ADDRESS_TAKEN, Reaction.LOSE_ADDRESS, ASLEEP);

        Set<SessionState> any = EnumSet.allOf(SessionState.class);
        table.on(any, BROKER_ASKED, Reaction.AWAIT_BROKER, CONNECTING);
        table.on(connecting, BROKER_ACCEPTED, Reaction.ADMIT, ACTIVE);
        table.on(any, BROKER_REFUSED, Reaction.REFUSE, DISCONNECTED);
        table.on(EnumSet.of(CONNECTING, ACTIVE, ASLEEP, AWAKE), BROKER_DROPPED, Reaction.DROP, DISCONNECTED);
        table.on(any, EXCLUDED, Reaction.EXCLUDE, DISCONNECTED);

        table.stay(any, SEARCHGW, Reaction.ANSWER_SEARCH);
        return List.copyOf(table.rows);
    }

    private static final class Table {
        private final List<Row> rows = new ArrayList<>();

        void on(Set<SessionState> from, Trigger trigger, Reaction reaction, SessionState to) {
            from.forEach(state -> rows.add(new Row(state, trigger, reaction, to)));
        }

        void stay(Set<SessionState> in, Trigger trigger, Reaction reaction) {
            in.forEach(state -> rows.add(new Row(state, trigger, reaction, state)));
        }
    }

    private static Map<SessionState, Map<Trigger, Row>> index() {
        Map<SessionState, Map<Trigger, Row>> index = new EnumMap<>(SessionState.class);
        for (Row row : ROWS) {
            Map<Trigger, Row> ofState = index.computeIfAbsent(row.from, state -> new EnumMap<>(Trigger.class));
            if (ofState.put(row.on, row) != null) {
                throw new IllegalStateException("two rows for " + row.from + " and " + row.on);
            }
        }
        for (SessionState state : SessionState.values()) {
            Map<Trigger, Row> ofState = index.computeIfAbsent(state, any -> new EnumMap<>(Trigger.class));
            for (Trigger trigger : Trigger.values()) {
                ofState.putIfAbsent(trigger, new Row(state, trigger, Reaction.IGNORE, state));
            }
        }
        return index;
    }

    /** The rows that do something, in the order in which a person would read them. */
    public static List<Row> all() {
        return ROWS;
    }

    /** The row for what happens in a state; every pair has one. */
    public static Row row(SessionState state, Trigger trigger) {
        return Objects.requireNonNull(Objects.requireNonNull(INDEX.get(state)).get(trigger));
    }
}
