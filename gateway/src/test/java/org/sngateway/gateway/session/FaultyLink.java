// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.LockstepDevice;

/**
 * A {@link ModelDevice} and the gateway with a link between them that does something to one datagram. What is asked of device and
 * broker here is noted, so that {@link #verify} can tell whether all came about in spite of that.
 */
final class FaultyLink {
    /** What happens to the datagram. */
    enum Fault {
        LOST("lost"),
        DUPLICATED("duplicated"),
        /** Arrives when it, or what it answers, has been sent again. */
        LATE("late");

        private final String text;

        Fault(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A datagram of the exchange. */
    record Datagram(boolean toDevice, SnMessage message) {
        @Override
        public String toString() {
            return "to " + (toDevice ? "device (" : "gateway (") + message.type() + ")";
        }
    }

    private record Delayed(long dueMillis, Datagram datagram) {}

    private record Expected(String topic, Qos qos, String data) {}

    private static final Duration TICK = Duration.ofMillis(500);
    /** Longer than either side's retry interval, shorter than two of them. */
    private static final Duration LATENESS = Duration.ofSeconds(7);
    /** Longer than anybody tries. */
    private static final Duration QUIET = Duration.ofSeconds(40);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String CLIENT_ID = "dev";
    static final int SLEEP_SECONDS = 3600;

    private final TestGateway gateway;
    private final FakeUplink uplink;
    private final ModelDevice device;
    private final long brokerMillis;
    private LockstepDevice address;
    private int addresses = 1;

    // the link
    private final Queue<Datagram> inTransit = new ArrayDeque<>();
    private final List<Delayed> delayed = new ArrayList<>();
    private final int faultyIndex;
    private final @Nullable Fault fault;
    private final List<Datagram> exchange = new ArrayList<>();
    private boolean inExchange;
    private @Nullable SnMessage faulty;
    private final List<String> story = new ArrayList<>();

    // the broker
    private final Map<Long, List<FakeUplink.Published>> unanswered = new TreeMap<>();
    private final Map<Long, List<FakeUplink.Subscription>> unsettled = new TreeMap<>();
    private final List<UpstreamMessage> published = new ArrayList<>();

    // what is expected
    private final List<Expected> toBroker = new ArrayList<>();
    private final List<Expected> toDevice = new ArrayList<>();
    private final List<String> filters = new ArrayList<>();
    private final Map<String, List<Expected>> onSubscription = new TreeMap<>();
    private @Nullable WillHeader willHeader;
    private String willMessage = "";

    /**
     * @param brokerDelay how long the broker takes to answer
     * @param faultyIndex which datagram of the exchange, from 0
     * @param fault null for none
     */
    FaultyLink(String yaml, ModelDevice.Manner manner, Duration brokerDelay, int faultyIndex, @Nullable Fault fault) {
        gateway = TestGateway.start(yaml);
        uplink = gateway.uplink();
        address = gateway.device(addresses);
        device = new ModelDevice(CLIENT_ID, manner, message -> inTransit.add(new Datagram(false, message)));
        brokerMillis = brokerDelay.toMillis();
        this.faultyIndex = faultyIndex;
        this.fault = fault;
    }

    // ---- what is done

    void connect(boolean clean) {
        if (clean) {
            filters.clear();
            willHeader = null;
        }
        device.connect(clean);
        finish();
    }

    void connectWithWill(boolean clean, String topic, String message) {
        willHeader = new WillHeader(Qos.AT_LEAST_ONCE, false, topic);
        willMessage = message;
        device.connectWithWill(clean, willHeader, Payload.utf8(message));
        finish();
    }

    void connectWithEmptyWill() {
        willHeader = null;
        device.connectWithWill(false, null, Payload.EMPTY);
        finish();
    }

    void register(String topic) {
        device.register(topic);
        finish();
    }

    /** Publishes by short name, or by the id that the device knows. */
    void publish(String topic, Qos qos) {
        String data = topic + "=up" + toBroker.size();
        toBroker.add(new Expected(topic, qos, data));
        Integer id = device.topicIds().get(topic);
        device.publish(qos, id == null ? new TopicRef.ShortName(topic) : new TopicRef.Normal(id), data);
        finish();
    }

    void subscribe(Qos qos, String filter) {
        filters.add(filter);
        device.subscribe(qos, filter);
        finish();
    }

    /** When {@code filter} is granted, the broker sends this at once. */
    void deliverOnSubscription(String filter, String topic, Qos qos) {
        onSubscription.computeIfAbsent(filter, any -> new ArrayList<>()).add(toDevice(topic, qos));
    }

    void unsubscribe(String filter) {
        filters.remove(filter);
        device.unsubscribe(filter);
        finish();
    }

    void ping() {
        device.ping();
        finish();
    }

    void updateWillTopic(String topic) {
        willHeader = new WillHeader(Qos.AT_MOST_ONCE, true, topic);
        device.updateWillTopic(willHeader);
        finish();
    }

    void deleteWill() {
        willHeader = null;
        device.updateWillTopic(null);
        finish();
    }

    void updateWillMessage(String message) {
        willMessage = message;
        device.updateWillMessage(message);
        finish();
    }

    void sleep() {
        device.sleep(SLEEP_SECONDS);
        finish();
    }

    void wake() {
        device.wake();
        finish();
    }

    void disconnect() {
        device.disconnect();
        finish();
    }

    /** The device is somewhere else from now on; what is under way to where it was is lost. */
    void roam() {
        address = gateway.device(++addresses);
    }

    /** The broker delivers; the device's answers follow. */
    void deliver(String topic, Qos qos) {
        offer(toDevice(topic, qos));
        carry();
    }

    private Expected toDevice(String topic, Qos qos) {
        Expected message = new Expected(topic, qos, topic + "=down" + toDevice.size());
        toDevice.add(message);
        return message;
    }

    /** One copy, through the first filter that matches: the procedures here use no overlapping ones. */
    private void offer(Expected message) {
        String via = uplink.grantedFilters().stream()
                .filter(filter -> filter.matches(message.topic))
                .map(TopicFilter::value)
                .findFirst()
                .orElseThrow();
        uplink.deliver(message.topic, message.data, message.qos, via);
    }

    private void finish() {
        carry();
        for (long passed = 0; !device.isIdle(); passed += TICK.toMillis()) {
            assertThat(passed).as("milliseconds waited for an answer").isLessThan(PATIENCE.toMillis());
            pass(TICK);
        }
    }

    /** Waits until nobody repeats anything any more. */
    void settle() {
        pass(QUIET);
    }

    // ---- time and datagrams

    private long nowMillis() {
        return gateway.loop().elapsed().toMillis();
    }

    private void pass(Duration duration) {
        for (long end = nowMillis() + duration.toMillis(); nowMillis() < end; ) {
            gateway.advance(TICK);
            answerAsBroker();
            arriveDelayed();
            device.onTime(nowMillis());
            carry();
        }
    }

    private void carry() {
        collectFromGateway();
        for (Datagram next = inTransit.poll(); next != null; next = inTransit.poll()) {
            send(next);
            collectFromGateway();
        }
    }

    private void collectFromGateway() {
        for (SnMessage message = address.poll(); message != null; message = address.poll()) {
            inTransit.add(new Datagram(true, message));
        }
        for (var up = uplink.pollPublish(); up != null; up = uplink.pollPublish()) {
            published.add(up.message());
            unanswered
                    .computeIfAbsent(nowMillis() + brokerMillis, any -> new ArrayList<>())
                    .add(up);
        }
        for (var one = uplink.pollSubscribe(); one != null; one = uplink.pollSubscribe()) {
            unsettled
                    .computeIfAbsent(nowMillis() + brokerMillis, any -> new ArrayList<>())
                    .add(one);
        }
        if (brokerMillis == 0) {
            answerAsBroker();
        }
    }

    private void answerAsBroker() {
        boolean answered = false;
        for (var due = unanswered.entrySet().iterator(); due.hasNext(); ) {
            var entry = due.next();
            if (entry.getKey() <= nowMillis()) {
                due.remove();
                entry.getValue().forEach(up -> up.complete(PublishOutcome.ACCEPTED));
                answered = true;
            }
        }
        for (var due = unsettled.entrySet().iterator(); due.hasNext(); ) {
            var entry = due.next();
            if (entry.getKey() <= nowMillis()) {
                due.remove();
                entry.getValue().forEach(this::grant);
                answered = true;
            }
        }
        if (answered) {
            collectFromGateway();
        }
    }

    private void grant(FakeUplink.Subscription one) {
        if (one.isWanted()) {
            one.grant(Qos.EXACTLY_ONCE);
            List<Expected> retained = onSubscription.remove(one.filter().value());
            if (retained != null) {
                retained.forEach(this::offer);
            }
        }
    }

    private void send(Datagram datagram) {
        int index = exchange.size();
        boolean isFaulty = inExchange && fault != null && index == faultyIndex;
        if (inExchange) {
            exchange.add(datagram);
        }
        if (!isFaulty) {
            story.add(datagram + ": " + datagram.message);
            arrive(datagram);
            return;
        }
        story.add(datagram + " " + fault + ": " + datagram.message);
        faulty = datagram.message;
        switch (Objects.requireNonNull(fault)) {
            case LOST -> {}
            case DUPLICATED -> {
                arrive(datagram);
                arrive(datagram);
            }
            case LATE -> delayed.add(new Delayed(nowMillis() + LATENESS.toMillis(), datagram));
        }
    }

    private void arriveDelayed() {
        for (Iterator<Delayed> each = delayed.iterator(); each.hasNext(); ) {
            Delayed one = each.next();
            if (one.dueMillis <= nowMillis()) {
                each.remove();
                story.add(one.datagram + " arrives late: " + one.datagram.message);
                arrive(one.datagram);
            }
        }
    }

    private void arrive(Datagram datagram) {
        if (datagram.toDevice) {
            device.onMessage(datagram.message);
        } else {
            address.send(datagram.message);
            collectFromGateway();
        }
    }

    // ---- the exchange

    void beginExchange() {
        assertThat(device.retransmissions()).as("repeated before the exchange").isZero();
        inExchange = true;
    }

    void endExchange() {
        settle();
        inExchange = false;
    }

    /** The datagrams of the exchange, in order. */
    List<Datagram> exchange() {
        return exchange;
    }

    /** Nothing was repeated: this is the exchange as it should be. */
    void verifyFaultless() {
        assertThat(device.retransmissions()).as("repeated by the device").isZero();
        assertThat(device.repeatedAnswers()).as("answered twice").isZero();
        assertThat(gateway.counters().retransmissions.sum())
                .as("repeated by the gateway")
                .isZero();
        assertThat(new LinkedHashSet<>(device.received())).hasSameSizeAs(device.received());
    }

    // ---- what is promised

    /** All that was asked for has come about, device and gateway agree, and everything still works. */
    void verify() {
        verifyState();
        verifyBroker();
        verifyApplication();
        assertThat(gateway.counters().devicesLost.sum()).as("lost devices").isZero();
        probe();
        verifyWill();
    }

    private void verifyState() {
        if (device.state() == SessionState.DISCONNECTED) {
            assertThat(gateway.counters().devicesConnected.sum())
                    .as("connected")
                    .isZero();
        } else {
            assertThat(gateway.session(CLIENT_ID).state()).as("state").isEqualTo(device.state());
            assertThat(gateway.session(CLIENT_ID).address()).as("address").isEqualTo(address.address());
            assertThat(gateway.session(CLIENT_ID).queuedMessages())
                    .as("still queued")
                    .isZero();
        }
        List<String> granted =
                uplink.grantedFilters().stream().map(TopicFilter::value).toList();
        assertThat(granted).as("subscriptions").containsExactlyInAnyOrderElementsOf(filters);
    }

    private void verifyBroker() {
        List<String> data =
                published.stream().map(message -> message.payload().toUtf8()).toList();
        verify(toBroker, data);
        for (UpstreamMessage message : published) {
            String text = message.payload().toUtf8();
            assertThat(message.topic()).isEqualTo(text.substring(0, text.indexOf('=')));
        }
    }

    private void verifyApplication() {
        verify(toDevice, device.received());
    }

    /** Each message as often as its QoS promises, those of QoS 1 and 2 for the first time in order. */
    private void verify(List<Expected> expected, List<String> actual) {
        for (Expected message : expected) {
            int times = Collections.frequency(actual, message.data);
            switch (message.qos) {
                case EXACTLY_ONCE ->
                    assertThat(times).as("copies of %s", message).isEqualTo(1);
                case AT_LEAST_ONCE ->
                    assertThat(times).as("copies of %s", message).isPositive();
                default -> {
                    if (!isFaulty(message)) {
                        assertThat(times).as("copies of %s", message).isEqualTo(1);
                    }
                }
            }
        }
        assertThat(firstsInOrder(actual, expected))
                .as("order")
                .isEqualTo(expected.stream()
                        .filter(message -> message.qos != Qos.AT_MOST_ONCE)
                        .map(Expected::data)
                        .toList());
    }

    private boolean isFaulty(Expected message) {
        return faulty instanceof Publish publish && publish.data().toUtf8().equals(message.data);
    }

    private static List<String> firstsInOrder(List<String> actual, List<Expected> expected) {
        List<String> atQos0 = expected.stream()
                .filter(message -> message.qos == Qos.AT_MOST_ONCE)
                .map(Expected::data)
                .toList();
        return new LinkedHashSet<>(actual)
                .stream().filter(data -> !atQos0.contains(data)).toList();
    }

    /** Without faults, each procedure comes to its end without a repetition: nothing is stuck. */
    private void probe() {
        long gatewayBefore = gateway.counters().retransmissions.sum();
        int deviceBefore = device.retransmissions();
        if (device.state() != SessionState.ACTIVE) {
            connect(false);
        }
        ping();
        subscribe(Qos.EXACTLY_ONCE, "probe/topic");
        for (Qos qos : List.of(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE)) {
            publish("up", qos);
            deliver("probe/topic", qos);
        }
        for (String topic : List.copyOf(device.topicIds().keySet())) {
            publish(topic, Qos.AT_LEAST_ONCE);
        }
        if (filters.contains("w/#")) {
            deliver("w/probe", Qos.EXACTLY_ONCE);
        }
        verifyState();
        verifyBroker();
        verifyApplication();
        if (brokerMillis == 0) {
            assertThat(device.retransmissions()).as("repeated by the device").isEqualTo(deviceBefore);
            assertThat(gateway.counters().retransmissions.sum())
                    .as("repeated by the gateway")
                    .isEqualTo(gatewayBefore);
        }
    }

    /** The device is silent now; the broker gets its will once, or nothing. */
    private void verifyWill() {
        published.clear();
        gateway.advance(Duration.ofHours(2));
        collectFromGateway();
        assertThat(gateway.counters().devicesLost.sum()).as("lost devices").isEqualTo(1);
        WillHeader header = willHeader;
        if (header == null) {
            assertThat(published).as("will").isEmpty();
        } else {
            assertThat(published)
                    .as("will")
                    .containsExactly(new UpstreamMessage(
                            header.topic(), Payload.utf8(willMessage), header.qos(), header.retain()));
        }
    }

    /** What happened, line by line. */
    String story() {
        return story.stream().collect(Collectors.joining("\n"));
    }
}
