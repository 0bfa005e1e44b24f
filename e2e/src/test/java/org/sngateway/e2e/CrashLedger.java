// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What each side of the crash test was told, and what arrived at the other: knows nothing of the gateway but when it was ended. Topics end
 * with the QoS of their messages; the messages of a topic are numbered from 1.
 */
final class CrashLedger {
    /** How long after its arrival the gateway may not have recorded yet that a message is done with. */
    private static final long RECORDED_NANOS = Duration.ofSeconds(2).toNanos();

    private static final class Message {
        private final long begunNanos = System.nanoTime();
        private boolean acknowledged;
        private int arrivals;
        private long lastArrivalNanos;
    }

    private static final class Topic {
        private final TreeMap<Long, Message> messages = new TreeMap<>();
        private long lastBegun;
        private long lastArrived;
        /** What was sent up to here was for an earlier session of the device: none of it need come, and what comes may come late. */
        private long lastOfEarlierSessions;

        private int outOfOrder;
    }

    private final long startNanos = System.nanoTime();
    private final Map<String, Topic> topics = new TreeMap<>();
    /** How long a lane may take to connect again after the broker was cut off, and to say what it had to. */
    private static final long RECONNECTED_NANOS = Duration.ofSeconds(10).toNanos();

    /** From when on the gateway could not tell the broker any more what it had recorded, until it ended. */
    private record Outage(long fromNanos, long endNanos) {}

    private final List<Outage> outages = new ArrayList<>();
    private boolean brokerWasCutOff;
    private long brokerLastCutOffNanos;
    /** From when on the gateway may not have had the time to tell the broker anything. */
    private long brokerCutOffNanos;

    private final List<String> violations = new ArrayList<>();
    private final List<Long> acknowledgementNanos = new ArrayList<>();
    private long arrivals;

    /** Begins a message of a device. */
    synchronized long nextUp(String topic) {
        return next(topic);
    }

    /** Begins a message of the application. */
    synchronized long nextDown(String topic) {
        return next(topic);
    }

    private long next(String name) {
        Topic topic = topics.computeIfAbsent(name, any -> new Topic());
        long seq = ++topic.lastBegun;
        topic.messages.put(seq, new Message());
        return seq;
    }

    /** A device that gets messages on topics that begin so has subscribed in a new session. */
    synchronized void sessionBegan(String prefix) {
        topics.forEach((name, topic) -> {
            if (name.startsWith(prefix)) {
                topic.lastOfEarlierSessions = topic.lastBegun;
            }
        });
    }

    synchronized void upAcknowledged(String topic, long seq) {
        Message message = message(topic, seq);
        if (!message.acknowledged) {
            acknowledgementNanos.add(System.nanoTime() - message.begunNanos);
        }
        message.acknowledged = true;
    }

    /** How long the devices' messages have waited for their acknowledgement since this was last asked, the shortest first. */
    synchronized List<Duration> takeAcknowledgementTimes() {
        List<Duration> times =
                acknowledgementNanos.stream().sorted().map(Duration::ofNanos).toList();
        acknowledgementNanos.clear();
        return times;
    }

    synchronized void downAcknowledged(String topic, long seq) {
        message(topic, seq).acknowledged = true;
    }

    private Message message(String topic, long seq) {
        return Objects.requireNonNull(
                Objects.requireNonNull(topics.get(topic)).messages.get(seq));
    }

    synchronized void arrivedUp(String topic, long seq) {
        arrived(topic, seq);
    }

    synchronized void arrivedDown(String topic, long seq) {
        arrived(topic, seq);
    }

    private void arrived(String name, long seq) {
        Topic topic = topics.get(name);
        Message message = topic == null ? null : topic.messages.get(seq);
        if (topic == null || message == null) {
            violation(name + ": " + seq + " was never sent");
            return;
        }
        arrivals++;
        if (message.arrivals++ == 0) {
            if (seq < topic.lastArrived) {
                topic.outOfOrder++;
                if (qos(name) > 0 && seq > topic.lastOfEarlierSessions) {
                    violation(name + ": " + seq + " after " + topic.lastArrived);
                }
            }
            topic.lastArrived = Math.max(topic.lastArrived, seq);
        } else if (qos(name) == 2 && !isAdmitted(message)) {
            violation(
                    "%s: %d once more, and no crash can be the cause: begun at %d, arrived at %d and %d, gateway down %s"
                            .formatted(
                                    name,
                                    seq,
                                    millis(message.begunNanos),
                                    millis(message.lastArrivalNanos),
                                    millis(System.nanoTime()),
                                    outages.stream()
                                            .map(outage -> millis(outage.fromNanos) + "-" + millis(outage.endNanos))
                                            .toList()));
        }
        message.lastArrivalNanos = System.nanoTime();
    }

    /** QoS 2 may come twice when the gateway ended before it had recorded that the first copy was done with. */
    private boolean isAdmitted(Message message) {
        long last = message.lastArrivalNanos + RECORDED_NANOS;
        return outages.stream()
                .anyMatch(outage -> outage.endNanos - message.begunNanos >= 0 && last - outage.fromNanos >= 0);
    }

    synchronized void gatewayEnded() {
        long now = System.nanoTime();
        outages.add(new Outage(isCutOff(now) ? brokerCutOffNanos : now, now));
    }

    synchronized void brokerCutOff() {
        long now = System.nanoTime();
        if (!isCutOff(now)) {
            brokerCutOffNanos = now;
        }
        brokerWasCutOff = true;
        brokerLastCutOffNanos = now;
    }

    private boolean isCutOff(long now) {
        return brokerWasCutOff && now - brokerLastCutOffNanos < RECONNECTED_NANOS;
    }

    synchronized void violation(String what) {
        violations.add(what);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized long arrivals() {
        return arrivals;
    }

    /** Acknowledged and never arrived, of the topics that begin so. */
    synchronized List<String> missing(List<String> prefixes) {
        List<String> missing = new ArrayList<>();
        topics.forEach((name, topic) -> {
            if (qos(name) > 0 && prefixes.stream().anyMatch(name::startsWith)) {
                topic.messages.forEach((seq, message) -> {
                    if (message.acknowledged && message.arrivals == 0) {
                        missing.add(name + ": " + seq);
                    }
                });
            }
        });
        return missing;
    }

    /** Counts of one direction by QoS, on one line. */
    synchronized String summary(String direction) {
        StringBuilder line = new StringBuilder(direction).append(':');
        for (int qos = 0; qos <= 2; qos++) {
            Map<String, Long> counts = new HashMap<>();
            int wanted = qos;
            topics.forEach((name, topic) -> {
                if (name.startsWith(direction + "/") && qos(name) == wanted) {
                    counts.merge("out of order", (long) topic.outOfOrder, Long::sum);
                    topic.messages.values().forEach(message -> {
                        counts.merge("sent", 1L, Long::sum);
                        counts.merge("acknowledged", message.acknowledged ? 1L : 0L, Long::sum);
                        counts.merge("arrived", message.arrivals > 0 ? 1L : 0L, Long::sum);
                        counts.merge("duplicates", Math.max(0L, message.arrivals - 1L), Long::sum);
                    });
                }
            });
            line.append(" QoS ").append(qos).append(' ').append(new TreeMap<>(counts));
        }
        return line.toString();
    }

    private long millis(long nanos) {
        return (nanos - startNanos) / 1_000_000;
    }

    private static int qos(String topic) {
        return topic.charAt(topic.length() - 1) - '0';
    }
}
