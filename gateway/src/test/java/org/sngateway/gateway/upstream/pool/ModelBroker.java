// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * An MQTT broker in memory and in virtual time: sessions, retained messages, one copy of a message for each filter that matches it, and
 * connections of which each delays what goes over it by other random times, in order. A connection that is lost loses what is on it;
 * messages of QoS 1 and 2 of a kept session are sent again when it is back, exactly once.
 */
public final class ModelBroker implements BrokerConnection.Factory {
    /** A message on its way to a client. */
    private record Down(String topic, Payload payload, Qos qos, boolean retained) {}

    private record Stored(Payload payload, Qos qos) {}

    private static final class Session {
        private final Map<TopicFilter, Qos> filters = new LinkedHashMap<>();
        /** What has not reached the client. */
        private final Deque<Down> undelivered = new ArrayDeque<>();

        private @Nullable ModelConnection connection;
    }

    private final Random random;
    private final int maxDelayMillis;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Stored> retained = new TreeMap<>();

    /** The connections, by client id. */
    public final Map<String, ModelConnection> connections = new LinkedHashMap<>();

    /** Messages handed over and not acknowledged. */
    public int unacknowledged;

    /** How much has gone over all connections. */
    public long events;

    /** Whether a client with overlapping filters gets a message once, as the best match, or a copy for each filter. */
    public boolean oneCopy;

    public ModelBroker(Random random, int maxDelayMillis) {
        this.random = random;
        this.maxDelayMillis = maxDelayMillis;
    }

    @Override
    public BrokerConnection create(BrokerConnection.Spec spec, OwnerLoop loop, BrokerConnection.Listener listener) {
        ModelConnection connection = new ModelConnection(spec, (ManualLoop) loop, listener);
        ModelConnection before = connections.put(spec.clientId(), connection);
        assertThat(before == null || before.closed)
                .as("the only one with its client id")
                .isTrue();
        return connection;
    }

    /** The broker takes a message now. */
    public void publish(String topic, Payload payload, Qos qos, boolean retain) {
        if (retain && payload.isEmpty()) {
            retained.remove(topic);
        } else if (retain) {
            retained.put(topic, new Stored(payload, qos));
        }
        sessions.values().forEach(session -> route(session, topic, payload, qos));
    }

    private void route(Session session, String topic, Payload payload, Qos qos) {
        List<Qos> matching = new ArrayList<>();
        session.filters.forEach((filter, granted) -> {
            if (filter.matches(topic)) {
                matching.add(granted);
            }
        });
        if (oneCopy && !matching.isEmpty()) {
            Qos best = matching.stream()
                    .reduce((a, b) -> a.level() >= b.level() ? a : b)
                    .orElseThrow();
            matching.clear();
            matching.add(best);
        }
        for (Qos granted : matching) {
            send(session, new Down(topic, payload, qos.min(granted), false));
        }
    }

    private static void send(Session session, Down down) {
        ModelConnection connection = session.connection;
        if (connection != null) {
            session.undelivered.add(down);
            connection.deliverLater(down);
        } else if (down.qos != Qos.AT_MOST_ONCE) {
            session.undelivered.add(down);
        }
    }

    /** One connection, which connects again by itself. */
    public final class ModelConnection implements BrokerConnection {
        private static final class Sent {
            final UpstreamMessage message;
            final PublishListener listener;
            boolean atBroker;

            Sent(UpstreamMessage message, PublishListener listener) {
                this.message = message;
                this.listener = listener;
            }
        }

        private final Spec spec;
        private final ManualLoop loop;
        private final Listener listener;
        private boolean sessionBegun;
        private boolean connected;
        private boolean closed;
        /** What is on its way when the connection is lost does not arrive on the next. */
        private int epoch;

        private long lastUpNanos;
        private long lastDownNanos;
        private final Deque<Sent> unanswered = new ArrayDeque<>();
        private final List<Runnable> openPackets = new ArrayList<>();

        private ModelConnection(Spec spec, ManualLoop loop, Listener listener) {
            this.spec = spec;
            this.loop = loop;
            this.listener = listener;
            lastUpNanos = loop.nanoTime();
            lastDownNanos = lastUpNanos;
        }

        public boolean isConnected() {
            return connected;
        }

        // ---- time on the wire

        /** The broker, or the client, does something after a delay, and after all that went the same way before. */
        private void later(boolean up, Runnable action) {
            long due = loop.nanoTime()
                    + Duration.ofMillis(random.nextInt(maxDelayMillis + 1)).toNanos();
            long last = up ? lastUpNanos : lastDownNanos;
            due = due - last < 0 ? last : due;
            if (up) {
                lastUpNanos = due;
            } else {
                lastDownNanos = due;
            }
            int sent = epoch;
            long delay = due - loop.nanoTime();
            loop.run(() -> loop.after(Duration.ofNanos(delay), () -> {
                if (sent == epoch) {
                    events++;
                    action.run();
                }
            }));
        }

        private void up(Runnable atBroker) {
            later(true, atBroker);
        }

        private void down(Runnable atClient) {
            later(false, atClient);
        }

        private void deliverLater(Down message) {
            down(() -> {
                Session session = session();
                assertThat(session.undelivered.remove()).isSameAs(message);
                unacknowledged++;
                boolean[] acknowledged = {false};
                listener.onMessage(new BrokerMessage(
                        message.topic, message.payload, message.qos, message.retained, BrokerMessage.NO_EXPIRY, () -> {
                            assertThat(acknowledged[0])
                                    .as("acknowledged before")
                                    .isFalse();
                            acknowledged[0] = true;
                            unacknowledged--;
                        }));
            });
        }

        private Session session() {
            Session session = sessions.get(spec.clientId());
            if (session == null) {
                throw new AssertionError("no session of " + spec.clientId());
            }
            return session;
        }

        // ---- connecting

        @Override
        public void open() {
            loop.assertOwner();
            connectLater();
        }

        private void connectLater() {
            up(() -> {
                if (!closed) {
                    connect();
                }
            });
        }

        private void connect() {
            boolean present = (sessionBegun || !spec.beginsSession()) && sessions.containsKey(spec.clientId());
            if (!present) {
                sessions.put(spec.clientId(), new Session());
            }
            sessionBegun = true;
            Session session = session();
            session.connection = this;
            down(() -> {
                connected = true;
                unanswered.forEach(this::sendPublish);
                listener.onConnected(new BrokerOffer(present, 65_535, Qos.EXACTLY_ONCE, true, true));
            });
            List<Down> waiting = List.copyOf(session.undelivered);
            waiting.forEach(this::deliverLater);
        }

        /** The connection is lost, and made again after a while. */
        public void lose(boolean sessionKept) {
            if (closed || !connected) {
                return;
            }
            loop.run(() -> {
                epoch++;
                connected = false;
                Session session = session();
                session.connection = null;
                session.undelivered.removeIf(down -> down.qos == Qos.AT_MOST_ONCE);
                if (!sessionKept || !spec.keepsSession()) {
                    sessions.remove(spec.clientId());
                }
                List<Runnable> lost = List.copyOf(openPackets);
                openPackets.clear();
                boolean answersFirst = random.nextBoolean();
                if (answersFirst) {
                    lost.forEach(Runnable::run);
                }
                listener.onDisconnected(new Disconnection(Disconnection.Cause.LOST, "model"));
                if (!answersFirst) {
                    lost.forEach(Runnable::run);
                }
                connectLater();
            });
        }

        @Override
        public CompletionStage<Void> close(End end) {
            if (!closed) {
                closed = true;
                connected = false;
                epoch++;
                Session session = session();
                session.connection = null;
                session.undelivered.removeIf(down -> down.qos == Qos.AT_MOST_ONCE);
                if (!spec.keepsSession() || end == End.END_SESSION) {
                    sessions.remove(spec.clientId());
                }
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void changeWill(@Nullable UpstreamMessage will) {
            throw new AssertionError("no will here");
        }

        // ---- packets

        @Override
        public void publish(UpstreamMessage message, PublishListener published) {
            loop.assertOwner();
            assertThat(connected).as("connected when publishing").isTrue();
            Sent sent = new Sent(message, published);
            unanswered.add(sent);
            sendPublish(sent);
        }

        /** The broker knows a message that it has had. */
        private void sendPublish(Sent sent) {
            up(() -> {
                UpstreamMessage message = sent.message;
                if (!sent.atBroker) {
                    sent.atBroker = true;
                    ModelBroker.this.publish(message.topic(), message.payload(), message.qos(), message.retain());
                }
                down(() -> {
                    unanswered.remove(sent);
                    sent.listener.onPublished(PublishOutcome.ACCEPTED);
                });
            });
        }

        @Override
        public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
            loop.assertOwner();
            CompletableFuture<List<FilterAnswer>> answer = new CompletableFuture<>();
            if (!connected) {
                answer.complete(congested(filters.size()));
                return answer;
            }
            Runnable lost = () -> answer.complete(congested(filters.size()));
            openPackets.add(lost);
            up(() -> {
                Session session = session();
                List<FilterAnswer> answers = new ArrayList<>();
                for (FilterRequest request : filters) {
                    session.filters.put(request.filter(), request.qos());
                    answers.add(new FilterAnswer.Granted(request.qos()));
                }
                down(() -> {
                    openPackets.remove(lost);
                    answer.complete(answers);
                });
                filters.forEach(request -> sendRetained(session, request));
            });
            return answer;
        }

        private void sendRetained(Session session, FilterRequest request) {
            if (request.retained() == RetainHandling.SEND) {
                retained.forEach((topic, stored) -> {
                    if (request.filter().matches(topic)) {
                        send(session, new Down(topic, stored.payload, stored.qos.min(request.qos()), true));
                    }
                });
            }
        }

        private static List<FilterAnswer> congested(int count) {
            return Collections.nCopies(count, new FilterAnswer.Refused(PublishOutcome.CONGESTION));
        }

        @Override
        public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
            loop.assertOwner();
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            if (!connected) {
                answer.complete(false);
                return answer;
            }
            Runnable lost = () -> answer.complete(false);
            openPackets.add(lost);
            up(() -> {
                filters.forEach(session().filters::remove);
                down(() -> {
                    openPackets.remove(lost);
                    answer.complete(true);
                });
            });
            return answer;
        }
    }
}
