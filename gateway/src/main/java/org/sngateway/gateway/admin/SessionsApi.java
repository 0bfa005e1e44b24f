// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.ingress.SessionSurvey;
import org.sngateway.gateway.ingress.SessionSurvey.UnansweredException;
import org.sngateway.gateway.session.SessionDetail;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.session.SessionView;

/** {@code /api/sessions} and what is below it. */
final class SessionsApi {
    static final Set<String> PARAMETERS = Set.of("search", "state", "sort", "order", "offset", "limit");

    static final int MAX_LIMIT = 500;

    private static final int DEFAULT_LIMIT = 100;
    private static final double NANOS_PER_SECOND = 1e9;

    /** How a list can be sorted, by name in the query; ascending, at a moment on the loops' clock. */
    private static final Map<String, LongFunction<Comparator<SessionView>>> ORDERS = Map.of(
            "clientId", now -> Comparator.comparing(SessionView::clientId),
            "state", now -> Comparator.comparing(SessionView::state),
            "address", now -> Comparator.comparing(SessionsApi::address),
            "lastHeard", now -> Comparator.comparingLong(view -> now - view.lastHeardNanos()),
            "deadline",
                    now -> Comparator.comparingLong(
                            view -> view.supervised() ? view.deadlineNanos() - now : Long.MAX_VALUE),
            "topics", now -> Comparator.comparingInt(SessionView::topicIds),
            "subscriptions", now -> Comparator.comparingInt(SessionView::subscriptions),
            "queued", now -> Comparator.comparingInt(SessionView::queuedMessages),
            "octets", now -> Comparator.comparingLong(view -> view.octetsIn() + view.octetsOut()));

    private final SessionSurvey survey;
    private final LongSupplier nanoClock;

    SessionsApi(SessionSurvey survey, LongSupplier nanoClock) {
        this.survey = survey;
        this.nanoClock = nanoClock;
    }

    /** A request that cannot be answered as it is. */
    private static final class BadParameterException extends Exception {
        private static final long serialVersionUID = 1;

        BadParameterException(String wrong) {
            super(wrong, null, false, false);
        }
    }

    /** Which sessions are asked for. */
    private record Query(
            String search,
            @Nullable SessionState state,
            LongFunction<Comparator<SessionView>> order,
            int offset,
            int limit) {
        static Query of(Request request) throws BadParameterException {
            return new Query(
                    request.parameter("search").strip().toLowerCase(Locale.ROOT),
                    stateOf(request.parameter("state")),
                    orderOf(request.parameter("sort"), request.parameter("order")),
                    number(request, "offset", 0, 0, Integer.MAX_VALUE),
                    number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
        }

        private static @Nullable SessionState stateOf(String name) throws BadParameterException {
            for (SessionState state : SessionState.values()) {
                if (label(state).equals(name)) {
                    return state;
                }
            }
            if (name.isEmpty()) {
                return null;
            }
            throw new BadParameterException("state is none of active, asleep, awake, connecting, disconnected, lost");
        }

        private static LongFunction<Comparator<SessionView>> orderOf(String sort, String order)
                throws BadParameterException {
            LongFunction<Comparator<SessionView>> by = ORDERS.get(sort.isEmpty() ? "clientId" : sort);
            boolean descending = order.equals("desc");
            if (by == null || !(descending || order.isEmpty() || order.equals("asc"))) {
                throw new BadParameterException("sort or order is not known");
            }
            return now -> (descending ? by.apply(now).reversed() : by.apply(now))
                    .thenComparing(SessionView::clientId); // what is alike stays in place
        }

        private static int number(Request request, String name, int unset, int min, int max)
                throws BadParameterException {
            String text = request.parameter(name);
            if (text.isEmpty()) {
                return unset;
            }
            if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < min || Integer.parseInt(text) > max) {
                throw new BadParameterException(name + " is not a whole number from " + min + " to " + max);
            }
            return Integer.parseInt(text);
        }

        boolean matches(SessionView view) {
            return (state == null || view.state() == state)
                    && (search.isEmpty()
                            || view.clientId().toLowerCase(Locale.ROOT).contains(search)
                            || address(view).toLowerCase(Locale.ROOT).contains(search));
        }
    }

    // ---- reading

    Answer list(Request request) {
        try {
            Query query = Query.of(request);
            SessionSurvey.Roll roll = survey.roll();
            List<SessionView> matched = roll.sessions().stream()
                    .filter(query::matches)
                    .sorted(query.order.apply(roll.takenNanos()))
                    .toList();
            Json json = new Json()
                    .object()
                    .field("total", roll.sessions().size())
                    .field("matched", matched.size())
                    .field("offset", query.offset)
                    .field("ageSeconds", secondsAgo(roll.takenNanos()));
            json.name("states").object();
            countByState(roll.sessions()).forEach((state, count) -> json.field(label(state), count));
            json.endObject().name("sessions").array();
            matched.stream().skip(query.offset).limit(query.limit).forEach(view -> {
                json.object();
                write(view, json);
                json.endObject();
            });
            return Answer.json(200, json.endArray().endObject() + "\n");
        } catch (BadParameterException wrong) {
            return Answer.error(400, Objects.requireNonNull(wrong.getMessage()));
        } catch (UnansweredException failure) {
            return unanswered(failure);
        }
    }

    private static Map<SessionState, Integer> countByState(List<SessionView> sessions) {
        Map<SessionState, Integer> counts = new EnumMap<>(SessionState.class);
        for (SessionState state : SessionState.values()) {
            counts.put(state, 0);
        }
        sessions.forEach(view -> counts.merge(view.state(), 1, Integer::sum));
        return counts;
    }

    private void write(SessionView view, Json to) {
        to.field("clientId", view.clientId())
                .field("state", label(view.state()))
                .field("address", view.address() == null ? null : view.address().toString())
                .field("lastHeardSecondsAgo", secondsAgo(view.lastHeardNanos()));
        to.name("deadlineInSeconds");
        if (view.supervised()) {
            to.value(secondsUntil(view.deadlineNanos()));
        } else {
            to.value(null);
        }
        to.field("keepAliveSeconds", view.keepAliveSeconds())
                .field("sleepSeconds", view.sleepSeconds())
                .field("kept", view.kept())
                .field("will", view.hasWill())
                .field("identified", view.identified())
                .field("topicIds", view.topicIds())
                .field("subscriptions", view.subscriptions())
                .field("inFlightUp", view.inFlightUp())
                .field("inFlightDown", view.inFlightDown())
                .field("queuedMessages", view.queuedMessages())
                .field("queuedOctets", view.queuedOctets())
                .field("framesIn", view.framesIn())
                .field("framesOut", view.framesOut())
                .field("octetsIn", view.octetsIn())
                .field("octetsOut", view.octetsOut());
    }

    Answer one(Request request) {
        try {
            Optional<SessionDetail> detail = survey.detail(request.id());
            return detail.isEmpty() ? unknown() : Answer.json(200, json(detail.get()) + "\n");
        } catch (UnansweredException failure) {
            return unanswered(failure);
        }
    }

    private Json json(SessionDetail detail) {
        Json json = new Json().object();
        write(detail.view(), json);
        json.field("identity", detail.identity()).field("willTopic", detail.willTopic());
        json.name("topicIdList").array();
        detail.topicIds()
                .forEach(one -> json.object()
                        .field("id", one.id())
                        .field("name", one.name())
                        .field("known", one.known())
                        .endObject());
        json.endArray().name("subscriptionList").array();
        detail.subscriptions().forEach(one -> {
            json.object()
                    .field("filter", one.filter())
                    .field("requestedQos", one.requested().level());
            json.name("grantedQos");
            if (one.granted() == null) {
                json.value(null);
            } else {
                json.value(one.granted().level());
            }
            json.endObject();
        });
        json.endArray().name("publishesUnderWay").array();
        detail.inFlightUp()
                .forEach(one -> json.object()
                        .field("qos", one.qos().level())
                        .field("msgId", one.msgId())
                        .endObject());
        json.endArray().name("awaited");
        write(detail.inFlightDown(), json);
        json.name("queue").array();
        detail.queue()
                .forEach(one -> json.object()
                        .field("topic", one.topic())
                        .field("qos", one.qos().level())
                        .field("retained", one.retained())
                        .field("octets", one.octets())
                        .field("ageSeconds", secondsAgo(one.sinceNanos()))
                        .endObject());
        return json.endArray().endObject();
    }

    private void write(SessionDetail.@Nullable ToDevice awaited, Json to) {
        if (awaited == null) {
            to.value(null);
            return;
        }
        to.object()
                .field("type", awaited.type().name())
                .field("msgId", awaited.msgId())
                .field("topic", awaited.topic())
                .field("repetitions", awaited.repetitions())
                .field("dueInSeconds", secondsUntil(awaited.dueNanos()))
                .endObject();
    }

    // ---- acting

    Answer disconnect(Request request) {
        try {
            Optional<Boolean> disconnected = survey.disconnect(request.id());
            if (disconnected.isEmpty()) {
                return unknown();
            }
            return disconnected.get()
                    ? Answer.json(200, "{\"disconnected\":true}\n")
                    : Answer.error(409, "the device is not connected");
        } catch (UnansweredException failure) {
            return unanswered(failure);
        }
    }

    Answer clearBuffer(Request request) {
        try {
            OptionalInt dropped = survey.clearBuffer(request.id());
            return dropped.isEmpty()
                    ? unknown()
                    : Answer.json(
                            200,
                            new Json()
                                            .object()
                                            .field("dropped", dropped.getAsInt())
                                            .endObject() + "\n");
        } catch (UnansweredException failure) {
            return unanswered(failure);
        }
    }

    private static Answer unknown() {
        return Answer.error(404, "there is no session with this client id");
    }

    private static Answer unanswered(UnansweredException failure) {
        return Answer.error(503, Objects.requireNonNull(failure.getMessage()));
    }

    // ---- values

    private static String address(SessionView view) {
        return view.address() == null ? "" : view.address().toString();
    }

    private static String label(SessionState state) {
        return MetricsPage.label(state);
    }

    /** The clocks of two threads: the event may be later than now. */
    private double secondsAgo(long nanos) {
        return Math.max(0, nanoClock.getAsLong() - nanos) / NANOS_PER_SECOND;
    }

    private double secondsUntil(long nanos) {
        return Math.max(0, nanos - nanoClock.getAsLong()) / NANOS_PER_SECOND;
    }
}
