// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.config.SessionsConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.topic.DeviceTopics;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/** What one device publishes, on its way to the broker (MQTT-SN 1.2 §6.6), and which of it has been acknowledged. */
final class DevicePublisher {
    /** A device may publish at QoS 0 faster than it is good to complain. */
    private static final long QOS_0_REFUSAL_INTERVAL_NANOS =
            Duration.ofSeconds(1).toNanos();

    private static final PublishListener NOBODY = outcome -> {};

    /** How many QoS 2 messages are remembered after the device has released them. */
    private static final int RELEASED_EXCHANGES = 4;

    /** A QoS 2 message until the device releases its id, and a little longer: a copy of it may still be on its way. */
    private static final class Exchange {
        private final int msgId;
        private final int content;
        /** In which of the device's connections the device sent it last. */
        private int connection;
        /** Only repetitions have arrived; the first PUBLISH, without DUP, may be late rather than lost. */
        private boolean overtaken;
        /** The broker has it, and the device may be told. */
        private boolean received;

        private long releasedNanos;

        /** One that is known from before a restart. */
        Exchange(int msgId, int content, int connection) {
            this.msgId = msgId;
            this.content = content;
            this.connection = connection;
            received = true;
        }

        Exchange(Publish message, int connection) {
            this.connection = connection;
            msgId = message.msgId();
            content = DevicePublishes.content(message);
            overtaken = message.dup();
        }

        /** Whether this is the same message, not just another with its id: the device may have given the first one up. */
        boolean isFor(Publish message) {
            return msgId == message.msgId() && content == DevicePublishes.content(message);
        }

        void noteRepetition(Publish message) {
            overtaken &= message.dup();
        }

        /** Whether this is a copy that comes late; the first PUBLISH can do so once. */
        boolean isLate(Publish message) {
            boolean late = isFor(message) && (message.dup() || overtaken);
            if (late) {
                noteRepetition(message);
            }
            return late;
        }
    }

    private final OwnerLoop loop;
    private final DeviceUplink uplink;
    private final DeviceTopics topics;
    private final DeviceLink link;
    private final String prefix;
    private final SessionsConfig config;
    private final boolean qosMinusOne;
    private final GatewayCounters counters;
    private final DeviceMemory memory;

    // for the session
    private @Nullable Map<Integer, Exchange> exchanges;
    private @Nullable ArrayDeque<Exchange> released;
    private @Nullable DevicePublishes publishes;

    // for this connection
    private int connection;
    private boolean refusedQos0;
    private long lastQos0RefusalNanos;

    DevicePublisher(
            OwnerLoop loop,
            DeviceUplink uplink,
            DeviceTopics topics,
            DeviceLink link,
            String prefix,
            SessionsConfig config,
            boolean qosMinusOne,
            GatewayCounters counters,
            DeviceMemory memory) {
        this.loop = loop;
        this.uplink = uplink;
        this.topics = topics;
        this.link = link;
        this.prefix = prefix;
        this.config = config;
        this.qosMinusOne = qosMinusOne;
        this.counters = counters;
        this.memory = memory;
    }

    /** How many of the device's messages are not acknowledged to it. */
    int inFlight() {
        int atLeastOnce = publishes == null ? 0 : publishes.size();
        return atLeastOnce + (int) exchangesUnderWay().count();
    }

    /** The first of them. */
    List<SessionDetail.FromDevice> listed(int max) {
        IntStream atLeastOnce = publishes == null ? IntStream.empty() : IntStream.of(publishes.msgIds());
        return Stream.concat(
                        atLeastOnce.mapToObj(msgId -> new SessionDetail.FromDevice(Qos.AT_LEAST_ONCE, msgId)),
                        exchangesUnderWay().map(one -> new SessionDetail.FromDevice(Qos.EXACTLY_ONCE, one.msgId)))
                .limit(max)
                .toList();
    }

    private Stream<Exchange> exchangesUnderWay() {
        return exchanges == null ? Stream.empty() : exchanges.values().stream().filter(one -> !one.received);
    }

    /** The device has connected anew: QoS 1 messages it still waits for, it sends again. */
    void onConnection() {
        connection++;
        refusedQos0 = false;
        if (publishes != null) {
            publishes.abandonAll();
        }
    }

    /** The session's memory ends: QoS 2 ids are free. */
    void clear() {
        connection++;
        publishes = null;
        exchanges = null;
        released = null;
    }

    void onPublish(Publish message) {
        if (message.qos() == Qos.WITHOUT_SESSION && !qosMinusOne) {
            counters.messagesIgnored.increment();
            return;
        }
        String topic = topics.nameOf(message.topic());
        if (topic == null) {
            refuse(message, ReturnCode.INVALID_TOPIC_ID);
        } else if (topic.startsWith("$")) {
            refuse(message, ReturnCode.NOT_SUPPORTED);
        } else {
            switch (message.qos()) {
                case WITHOUT_SESSION, AT_MOST_ONCE -> uplink.publish(toUpstream(topic, message), NOBODY);
                case AT_LEAST_ONCE -> publishAtLeastOnce(topic, message);
                case EXACTLY_ONCE -> publishExactlyOnce(topic, message);
            }
        }
    }

    private UpstreamMessage toUpstream(String topic, Publish message) {
        String full = prefix.isEmpty() ? topic : prefix + topic;
        Qos qos = message.qos() == Qos.WITHOUT_SESSION ? Qos.AT_MOST_ONCE : message.qos();
        return new UpstreamMessage(full, message.data(), qos, message.retain());
    }

    // ---- QoS 1

    private void publishAtLeastOnce(String topic, Publish message) {
        if (publishes == null) {
            publishes = new DevicePublishes(config.maxInFlightFromDevice());
        }
        DevicePublishes known = publishes;
        int msgId = message.msgId();
        int content = DevicePublishes.content(message);
        if (known.isOpen(msgId, content)) {
            return;
        }
        if (message.dup() && known.isDone(msgId, content, loop.nanoTime() - memoryNanos())) {
            answer(message, ReturnCode.ACCEPTED);
            return;
        }
        if (known.isFull() && !known.isOpen(msgId)) {
            answer(message, ReturnCode.CONGESTION);
            return;
        }
        known.begin(msgId, content);
        int begun = connection;
        uplink.publish(toUpstream(topic, message), outcome -> {
            if (begun != connection || !known.isOpen(msgId, content)) {
                return;
            }
            if (outcome == PublishOutcome.ACCEPTED) {
                known.finish(msgId, content, loop.nanoTime());
            } else {
                known.abandon(msgId);
            }
            answer(message, returnCode(outcome));
        });
    }

    /** As long as a device may repeat a message. */
    private long memoryNanos() {
        return config.retryInterval().toNanos() * Math.max(1, config.retryCount());
    }

    // ---- QoS 2

    private void publishExactlyOnce(String topic, Publish message) {
        if (exchanges == null) {
            exchanges = new LinkedHashMap<>(4);
        }
        Map<Integer, Exchange> known = exchanges;
        int msgId = message.msgId();
        Exchange before = known.get(msgId);
        if (before != null && before.isFor(message)) {
            before.noteRepetition(message);
            sentLast(known, before);
            if (before.received) {
                link.send(new PubRec(msgId));
            }
            return;
        }
        if (isReleased(message)) {
            if (before == null) {
                link.send(new PubRec(msgId));
            }
            return;
        }
        if (before == null && !hasRoomForExchange(known)) {
            answer(message, ReturnCode.CONGESTION);
            return;
        }
        Exchange exchange = new Exchange(message, connection);
        sentLast(known, exchange);
        uplink.publish(toUpstream(topic, message), outcome -> {
            if (known.get(msgId) != exchange || known != exchanges) {
                return;
            }
            if (outcome == PublishOutcome.ACCEPTED) {
                // That its id cannot be stored is no reason to refuse what the broker has.
                memory.addExchange(msgId, exchange.content, () -> receive(known, exchange));
            } else {
                known.remove(msgId);
                answer(message, returnCode(outcome));
            }
        });
    }

    private void receive(Map<Integer, Exchange> known, Exchange exchange) {
        if (known.get(exchange.msgId) == exchange && known == exchanges) {
            exchange.received = true;
            link.send(new PubRec(exchange.msgId));
        }
    }

    /** After a restart: a message that was passed on, and that the device has not released. */
    void restore(int msgId, int content) {
        if (exchanges == null) {
            exchanges = new LinkedHashMap<>(4);
        }
        exchanges.put(msgId, new Exchange(msgId, content, connection));
    }

    /** Whether this is a copy that was on its way while the exchange came to its end. */
    private boolean isReleased(Publish message) {
        if (released != null) {
            long sinceNanos = loop.nanoTime() - memoryNanos();
            for (Exchange one : released) {
                if (one.releasedNanos - sinceNanos >= 0 && one.isLate(message)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The device goes on with this exchange: of all it is the last that gives way. */
    private void sentLast(Map<Integer, Exchange> known, Exchange exchange) {
        exchange.connection = connection;
        known.remove(exchange.msgId);
        known.put(exchange.msgId, exchange);
    }

    /**
     * A device that never released what it began before it connected again must not be refused for ever: the oldest that it has not
     * repeated since gives way. Copies of it are known for as long as if it had been released.
     */
    private boolean hasRoomForExchange(Map<Integer, Exchange> known) {
        if (known.size() < config.maxInFlightFromDevice()) {
            return true;
        }
        for (Iterator<Exchange> oldest = known.values().iterator(); oldest.hasNext(); ) {
            Exchange candidate = oldest.next();
            if (candidate.received && candidate.connection != connection) {
                oldest.remove();
                memory.removeExchange(candidate.msgId);
                release(candidate);
                return true;
            }
        }
        return false;
    }

    private void release(Exchange exchange) {
        if (released == null) {
            released = new ArrayDeque<>(RELEASED_EXCHANGES);
        }
        if (released.size() == RELEASED_EXCHANGES) {
            released.remove();
        }
        exchange.releasedNanos = loop.nanoTime();
        released.add(exchange);
    }

    /** PUBREL: PUBCOMP whether or not the id is known (§6.6; the device must come to an end). */
    void onPubRel(PubRel message) {
        Map<Integer, Exchange> known = exchanges;
        Exchange exchange = known == null ? null : known.get(message.msgId());
        if (known != null && exchange != null) {
            if (!exchange.received) {
                counters.messagesIgnored.increment();
                return;
            }
            known.remove(message.msgId());
            memory.removeExchange(exchange.msgId);
            release(exchange);
        }
        link.send(new PubComp(message.msgId()));
    }

    // ---- answers

    /** A refusal is told at any QoS but -1, at QoS 0 now and then. */
    private void refuse(Publish message, ReturnCode code) {
        if (message.qos() == Qos.WITHOUT_SESSION) {
            counters.messagesIgnored.increment();
            return;
        }
        if (message.qos() == Qos.AT_MOST_ONCE) {
            long now = loop.nanoTime();
            if (refusedQos0 && now - lastQos0RefusalNanos < QOS_0_REFUSAL_INTERVAL_NANOS) {
                return;
            }
            refusedQos0 = true;
            lastQos0RefusalNanos = now;
        }
        answer(message, code);
    }

    private void answer(Publish message, ReturnCode code) {
        link.send(new PubAck(topicIdOf(message.topic()), message.msgId(), code));
    }

    static int topicIdOf(TopicRef topic) {
        if (topic instanceof TopicRef.Normal normal) {
            return normal.id();
        }
        return topic instanceof TopicRef.Predefined predefined
                ? predefined.id()
                : ((TopicRef.ShortName) topic).octets();
    }

    static ReturnCode returnCode(PublishOutcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> ReturnCode.ACCEPTED;
            case CONGESTION -> ReturnCode.CONGESTION;
            case REFUSED -> ReturnCode.NOT_SUPPORTED;
        };
    }
}
