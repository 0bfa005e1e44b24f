// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.contract.TestDevice.Received;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.testsupport.broker.BrokerFeature;
import org.sngateway.testsupport.broker.BrokerKind;
import org.sngateway.testsupport.broker.MqttApp;
import org.sngateway.testsupport.broker.TestBroker;

/**
 * The rules of the upstream, each a test, for every {@link Variant}. On the other side of the broker is an application that knows nothing
 * of the gateway. What a broker cannot do is skipped and named; {@code docs/brokers.md} lists it.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("org.sngateway.gateway.upstream.contract.Variant#all")
@Timeout(150)
class UpstreamContractIT {
    /** Longer than a round of retained messages takes, which is when something wrong would come. */
    private static final Duration A_WHILE = Duration.ofMillis(800);

    private static final int BIG_OCTETS = 60_000;

    /** All variants of a broker share it, so nothing in it is used by two tests. */
    private static @Nullable TestBroker broker;

    private static int tests;

    @TempDir
    private static Path brokers;

    @TempDir
    private Path directory;

    private final Variant variant;

    /** What topics and client ids of this test begin with. */
    private String own;

    private TestUpstream upstream;
    private MqttApp app;

    UpstreamContractIT(Variant variant) {
        this.variant = variant;
    }

    @BeforeParameterizedClassInvocation
    static void startBroker(Variant variant) throws IOException {
        TestBroker running = broker;
        if (running == null || running.kind() != variant.broker().kind()) {
            stopBroker();
            broker = variant.broker()
                    .start(Files.createDirectory(
                            brokers.resolve(variant.broker().kind().name())));
        }
    }

    @AfterAll
    static void stopBroker() {
        TestBroker running = broker;
        broker = null;
        if (running != null) {
            running.close();
        }
    }

    private static TestBroker broker() {
        return Objects.requireNonNull(broker);
    }

    @BeforeEach
    void open() throws Exception {
        own = "t" + ++tests;
        upstream = TestUpstream.open(variant, broker().port(), own + "-gw", directory);
        app = connectedApp("app", false);
    }

    @AfterEach
    void close() {
        if (app != null) {
            app.close();
        }
        if (upstream != null) {
            upstream.close();
        }
    }

    private MqttApp connectedApp(String name, boolean keepsSession) throws Exception {
        MqttApp connected = MqttApp.of(variant.broker().version(), broker().port(), own + "-" + name);
        connected.connect(keepsSession);
        return connected;
    }

    private TestDevice device(int shard, String name) {
        return upstream.device(shard, own + "-" + name);
    }

    private void needs(BrokerFeature feature) {
        assumeTrue(variant.supports(feature), () -> variant.broker() + " has not " + feature);
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + "-" + i).toList();
    }

    private int atMost(int qos) {
        return Math.min(qos, variant.maxQos());
    }

    // ---- up

    @Test
    void shouldPublishWithItsQosAndRetainFlag() throws Exception {
        app.subscribe(own + "/#", variant.maxQos());
        TestDevice device = device(0, "device").connect(true);

        for (int qos = 0; qos <= 2; qos++) {
            for (boolean retain : new boolean[] {false, true}) {
                String topic = own + "/" + qos + "/" + retain;
                assertThat(device.publish(TestDevice.message(topic, "x" + qos, qos, retain)))
                        .isEqualTo(PublishOutcome.ACCEPTED);
                assertThat(awaitLive()).isEqualTo(new MqttApp.Message(topic, "x" + qos, atMost(qos), false));
            }
        }

        try (MqttApp late = connectedApp("late", false)) {
            for (int qos = 0; qos <= 2; qos++) {
                late.subscribe(own + "/" + qos + "/false", variant.maxQos());
                late.subscribe(own + "/" + qos + "/true", variant.maxQos());
                MqttApp.Message retained = late.awaitMessage();
                assertThat(retained.topic()).isEqualTo(own + "/" + qos + "/true");
                assertThat(retained.retained()).isTrue();
            }
        }
    }

    /** One QoS after the other: some brokers change the order of what comes with several to one subscriber. */
    @Test
    void shouldKeepTheOrderOfEachDevice() throws Exception {
        app.subscribe(own + "/#", variant.maxQos());
        List<TestDevice> devices = List.of(
                device(0, "a").connect(true),
                device(0, "b").connect(false),
                device(1, "c").connect(true));
        List<String> payloads = numbered("m", 60);
        for (int qos = 0; qos <= variant.maxQos(); qos++) {
            String topic = own + "/" + qos + "/";
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            for (String payload : payloads) {
                for (TestDevice device : devices) {
                    outcomes.add(device.publishing(TestDevice.message(topic + device.clientId(), payload, qos, false)));
                }
            }

            List<MqttApp.Message> received = app.awaitMessages(outcomes.size());
            assertAccepted(outcomes);
            for (TestDevice device : devices) {
                assertThat(payloads(received, topic + device.clientId())).containsExactlyElementsOf(payloads);
            }
        }
        assertThat(app.messages()).isEmpty();
    }

    private static void assertAccepted(List<CompletableFuture<PublishOutcome>> outcomes) {
        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(TestUpstream.await(outcome)).isEqualTo(PublishOutcome.ACCEPTED));
    }

    private static Stream<String> payloads(List<MqttApp.Message> messages, String topic) {
        return messages.stream()
                .filter(message -> message.topic().equals(topic))
                .map(MqttApp.Message::payload);
    }

    @Test
    void shouldCarryBigPayloadsBothWays() throws Exception {
        String big = "0123456789".repeat(BIG_OCTETS / 10);
        app.subscribe(own + "/up", 1);
        TestDevice device = device(1, "device").connect(true);
        device.subscribe(own + "/down", 1);

        device.publish(own + "/up", big, 1);
        app.publish(own + "/down", big, 1);

        assertThat(app.awaitMessage().payload()).isEqualTo(big);
        assertThat(device.await().payload()).isEqualTo(big);
    }

    @Test
    void shouldPublishWithoutSession() throws Exception {
        app.subscribe(own + "/#", 1);

        upstream.publishWithoutSession(TestDevice.message(own + "/a", "x", 0, false));

        assertThat(app.awaitMessage()).isEqualTo(new MqttApp.Message(own + "/a", "x", 0, false));
    }

    @Test
    void shouldWaitForAcknowledgementsWhenADeviceLeaves() throws Exception {
        app.subscribe(own + "/#", 1);
        TestDevice device = device(0, "device").connect(true);
        List<String> payloads = numbered("last", 30);
        List<CompletableFuture<PublishOutcome>> outcomes = payloads.stream()
                .map(payload -> device.publishing(TestDevice.message(own + "/a", payload, 1, false)))
                .toList();

        device.disconnect(false);

        assertAccepted(outcomes);
        assertThat(app.awaitMessages(payloads.size()).stream().map(MqttApp.Message::payload))
                .containsExactlyElementsOf(payloads);
    }

    @Test
    void shouldWaitForAcknowledgementsWhenItIsClosed() throws Exception {
        app.subscribe(own + "/#", 1);
        TestDevice device = device(0, "a").connect(true);
        TestDevice other = device(1, "b").connect(false);
        List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            outcomes.add(device.publishing(TestDevice.message(own + "/a", Integer.toString(i), 1, false)));
            outcomes.add(other.publishing(TestDevice.message(own + "/b", Integer.toString(i), 1, false)));
        }

        upstream.closeUpstream();

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isCompletedWithValue(PublishOutcome.ACCEPTED));
        app.awaitMessages(outcomes.size());
    }

    // ---- down

    @Test
    void shouldGrantAndDeliverWithTheLowerQos() throws Exception {
        TestDevice device = device(1, "device").connect(true);
        for (int granted = 0; granted <= 2; granted++) {
            assertThat(device.subscribe(own + "/" + granted, granted)).isEqualTo(atMost(granted));
        }

        for (int granted = 0; granted <= variant.maxQos(); granted++) {
            for (int published = 0; published <= variant.maxQos(); published++) {
                String topic = own + "/" + granted;
                app.publish(topic, "x" + published, published);
                assertThat(device.await())
                        .isEqualTo(new Received(topic, "x" + published, Math.min(granted, published), false));
            }
        }
    }

    @Test
    void shouldDeliverInOrder() throws Exception {
        TestDevice device = device(0, "device").connect(true);
        for (int qos = 0; qos <= variant.maxQos(); qos++) {
            device.subscribe(own + "/" + qos + "/#", qos);
        }

        for (int qos = 1; qos <= variant.maxQos(); qos++) {
            List<String> payloads = numbered("m" + qos, 200);
            app.publishAll(own + "/" + qos + "/a", payloads, qos);
            assertThat(device.awaitPayloads(payloads.size())).containsExactlyElementsOf(payloads);
        }
    }

    @Test
    void shouldDeliverOnceHoweverADevicesFiltersOverlap() throws Exception {
        TestDevice device = device(0, "device").connect(true);
        for (String filter : List.of("/a/+", "/a/#", "/#", "/a/b")) {
            device.subscribe(own + filter, 1);
        }
        List<String> payloads = numbered("m", 20);

        app.publishAll(own + "/a/b", payloads, 1);
        app.publish(own + "/a/b", "end", 1); // of one topic, since others may come by another connection

        List<String> received = new ArrayList<>();
        for (String payload = device.await().payload();
                !payload.equals("end");
                payload = device.await().payload()) {
            received.add(payload);
        }
        if (variant.isPooled()) {
            assertThat(received).containsExactlyElementsOf(payloads);
            assertThat(device.getsSomethingWithin(A_WHILE)).isFalse();
        } else { // as often as the broker sends it on one connection
            assertThat(new LinkedHashSet<>(received)).containsExactlyElementsOf(payloads);
        }
    }

    @Test
    void shouldNotMindWhatOthersSubscribe() throws Exception {
        TestDevice device = device(0, "a").connect(true);
        TestDevice higher = device(0, "b").connect(true);
        TestDevice wider = device(1, "c").connect(false);
        device.subscribe(own + "/a/b", 0);
        higher.subscribe(own + "/a/b", 1);
        wider.subscribe(own + "/#", 1);

        app.publish(own + "/a/b", "1", 1);
        assertThat(device.await()).isEqualTo(new Received(own + "/a/b", "1", 0, false));
        assertThat(higher.await()).isEqualTo(new Received(own + "/a/b", "1", 1, false));
        assertThat(wider.await()).isEqualTo(new Received(own + "/a/b", "1", 1, false));

        higher.unsubscribe(own + "/a/b");
        wider.disconnect(false);
        app.publish(own + "/a/b", "2", 1);
        assertThat(device.await()).isEqualTo(new Received(own + "/a/b", "2", 0, false));
        assertThat(higher.getsSomethingWithin(A_WHILE)).isFalse();
        assertThat(wider.soFar()).isEmpty();
        assertThat(device.soFar()).isEmpty();
    }

    @Test
    void shouldDeliverNothingAfterUnsubscribing() throws Exception {
        TestDevice device = device(1, "device").connect(true);
        device.subscribe(own + "/a", 1);
        device.subscribe(own + "/b", 1);
        app.publish(own + "/a", "before", 1);
        assertThat(device.await().payload()).isEqualTo("before");

        device.unsubscribe(own + "/a");
        app.publish(own + "/a", "after", 1);
        app.publish(own + "/b", "other", 1);
        assertThat(device.await().payload()).isEqualTo("other");

        device.subscribe(own + "/a", 1);
        app.publish(own + "/a", "again", 1);
        assertThat(device.await().payload()).isEqualTo("again");
    }

    @Test
    void shouldPassOnWhenAMessageExpires() throws Exception {
        TestDevice device = device(0, "device").connect(true);
        device.subscribe(own + "/a", 1);

        app.publish(own + "/a", "for ever", 1);
        assertThat(device.awaitDelivery().expiresNanos()).isEqualTo(Delivery.NEVER);
        assumeTrue(variant.isMqtt5(), "MQTT 3.1.1 has no message expiry");
        app.publishExpiring(own + "/a", "a hundred seconds", Duration.ofSeconds(100));
        long leftNanos = device.awaitDelivery().expiresNanos()
                - TestUpstream.on(device.loop(), () -> device.loop().nanoTime());
        assertThat(Duration.ofNanos(leftNanos)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(100));
    }

    // ---- retained messages

    /** Publishes a retained message, and waits until the broker has it for subscribers: not every broker has when it acknowledges. */
    private void retain(String topic, String payload) throws Exception {
        app.publish(topic, payload, 1, true);
        app.publish(own + "-marker", topic + payload, 1, true);
        String marker = "";
        try (MqttApp probe = connectedApp("probe", false)) {
            while (!marker.equals(topic + payload)) {
                probe.subscribe(own + "-marker", 1);
                List<MqttApp.Message> messages = probe.messages();
                marker = messages.isEmpty()
                        ? marker
                        : messages.get(messages.size() - 1).payload();
            }
        }
    }

    @Test
    void shouldBringRetainedMessagesToTheNewSubscriberOnly() throws Exception {
        TestDevice first = device(0, "a").connect(true);
        TestDevice second = device(1, "b").connect(true);
        retain(own + "/a", "kept");

        first.subscribe(own + "/a", 1);
        assertThat(first.await()).isEqualTo(new Received(own + "/a", "kept", 1, true));
        second.subscribe(own + "/a", 0);
        assertThat(second.await()).isEqualTo(new Received(own + "/a", "kept", 0, true));

        assertThat(first.getsSomethingWithin(A_WHILE)).isFalse();
        assertThat(second.soFar()).isEmpty();
        app.publish(own + "/a", "live", 1, true);
        assertThat(first.await()).isEqualTo(new Received(own + "/a", "live", 1, false));
        assertThat(second.await()).isEqualTo(new Received(own + "/a", "live", 0, false));
    }

    @Test
    void shouldBringRetainedMessagesAgainToWhoSubscribesAgain() throws Exception {
        TestDevice device = device(0, "a").connect(true);
        TestDevice other = device(0, "b").connect(true);
        retain(own + "/a", "kept");
        for (TestDevice each : List.of(device, other)) {
            each.subscribe(own + "/a", 1);
            assertThat(each.await().payload()).isEqualTo("kept");
        }

        assertThat(device.subscribe(own + "/a", 0)).isZero();

        assertThat(device.await()).isEqualTo(new Received(own + "/a", "kept", 0, true));
        assertThat(device.getsSomethingWithin(A_WHILE)).isFalse();
        assertThat(other.soFar()).isEmpty();
    }

    @Test
    void shouldBringRetainedMessagesOfAllTopicsOfAFilter() throws Exception {
        needs(BrokerFeature.RETAINED_FOR_WILDCARDS);
        retain(own + "/first", "kept");
        TestDevice present = device(0, "a").connect(true);
        present.subscribe(own + "/#", 1);
        Set<Received> kept = new HashSet<>(Set.of(present.await()));
        for (int i = 0; i < 30; i++) {
            String topic = own + "/a/" + i;
            app.publish(topic, "kept", 1, true);
            kept.add(new Received(topic, "kept", 1, true));
        }
        retain(own + "/b", "another");
        present.await(31);
        kept.add(new Received(own + "/b", "another", 1, true));

        TestDevice device = device(1, "b").connect(true);
        device.subscribe(own + "/a/+", 1);
        assertThat(device.await(30)).allMatch(kept::contains).doesNotHaveDuplicates();
        TestDevice wide = device(1, "c").connect(true);
        wide.subscribe(own + "/#", 1);
        assertThat(wide.await(32)).containsExactlyInAnyOrderElementsOf(kept);

        assertThat(device.getsSomethingWithin(A_WHILE)).isFalse();
        assertThat(wide.soFar()).isEmpty();
        assertThat(present.soFar()).isEmpty();
    }

    @Test
    void shouldNotBringRetainedMessagesThatHaveBeenCleared() throws Exception {
        retain(own + "/a", "kept");
        retain(own + "/a", "");
        TestDevice device = device(0, "device").connect(true);

        device.subscribe(own + "/a", 1);

        assertThat(device.getsSomethingWithin(A_WHILE)).isFalse();
        app.publish(own + "/a", "live", 1);
        assertThat(device.await()).isEqualTo(new Received(own + "/a", "live", 1, false));
    }

    // ---- wills

    /** The next message that is not a retained one: HiveMQ CE looks for retained messages after it has answered SUBSCRIBE. */
    private MqttApp.Message awaitLive() throws InterruptedException {
        MqttApp.Message message = app.awaitMessage();
        while (message.retained()) {
            message = app.awaitMessage();
        }
        return message;
    }

    private UpstreamMessage will(String text) {
        return TestDevice.message(own + "/will", text, 1, true);
    }

    @Test
    void shouldPublishTheWillOfALostDevice() throws Exception {
        app.subscribe(own + "/will", 1);
        for (boolean kept : new boolean[] {false, true}) {
            UpstreamMessage will = will("lost " + kept);
            TestDevice device = device(1, "device" + kept).connect(!kept, will);

            device.lose(kept, will);

            assertThat(awaitLive()).isEqualTo(new MqttApp.Message(own + "/will", "lost " + kept, 1, false));
        }
        try (MqttApp late = connectedApp("late", false)) {
            late.subscribe(own + "/will", 1);
            assertThat(late.awaitMessage())
                    .as("the retained one")
                    .isEqualTo(new MqttApp.Message(own + "/will", "lost true", 1, true));
        }
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatLeaves() throws Exception {
        app.subscribe(own + "/#", 1);
        for (boolean kept : new boolean[] {false, true}) {
            TestDevice device = device(0, "device" + kept).connect(!kept, will("wrong"));

            device.disconnect(kept);

            // what is left of the first connection is gone when the second is there
            device.connect(!kept).publish(own + "/end", "end " + kept, 1);
            assertThat(app.awaitMessage().payload()).isEqualTo("end " + kept);
        }
        app.unsubscribe(own + "/#");
        assertThat(app.messages()).isEmpty();
    }

    @Test
    void shouldPublishTheWillThatADeviceHasChanged() throws Exception {
        app.subscribe(own + "/#", 1);
        TestDevice device = device(0, "device").connect(false, will("first"));
        device.subscribe(own + "/a", 1);

        UpstreamMessage changed = TestDevice.message(own + "/other-will", "changed", 1, false);
        assertThat(device.changeWill(changed)).isEqualTo(PublishOutcome.ACCEPTED);
        app.publish(own + "/a", "x", 1);
        assertThat(device.await().payload()).as("the session goes on").isEqualTo("x");
        assertThat(app.awaitMessage().payload()).isEqualTo("x");
        device.lose(true, changed);

        assertThat(app.awaitMessage()).isEqualTo(new MqttApp.Message(own + "/other-will", "changed", 1, false));
        device.connect(false).publish(own + "/end", "end", 1);
        assertThat(app.awaitMessage().payload()).isEqualTo("end");
    }

    // ---- sessions

    @Test
    void shouldKeepTheSessionOfADeviceThatComesBack() throws Exception {
        TestDevice device = device(1, "device").connect(false);
        device.subscribe(own + "/a", 1);
        device.disconnect(true);
        List<String> meanwhile = numbered("meanwhile", 5);

        app.publishAll(own + "/a", meanwhile, 1);

        if (variant.isPooled()) { // the gateway keeps them
            assertThat(device.awaitPayloads(meanwhile.size())).containsExactlyElementsOf(meanwhile);
            device.connect(false);
        } else { // the broker does
            assertThat(device.getsSomethingWithin(A_WHILE)).isFalse();
            device.connect(false);
            assertThat(device.awaitPayloads(meanwhile.size())).containsExactlyElementsOf(meanwhile);
        }
        app.publish(own + "/a", "then", 1);
        assertThat(device.await().payload()).isEqualTo("then");
        assertThat(device.soFar()).isEmpty();
    }

    @Test
    void shouldEndACleanSessionWhenTheDeviceLeaves() throws Exception {
        TestDevice device = device(0, "device").connect(true);
        device.subscribe(own + "/a", 1);
        device.disconnect(false);
        app.publish(own + "/a", "meanwhile", 1);

        device.connect(false);
        device.subscribe(own + "/b", 1);
        app.publish(own + "/a", "then", 1);
        app.publish(own + "/b", "end", 1);

        assertThat(device.await().payload()).isEqualTo("end");
        assertThat(device.soFar()).isEmpty();
    }

    @Test
    void shouldEndTheSessionOfADeviceThatBeginsAnew() throws Exception {
        TestDevice device = device(0, "device").connect(false);
        device.subscribe(own + "/a", 1);
        device.disconnect(true);

        device.connect(true);
        device.subscribe(own + "/b", 1);
        app.publish(own + "/a", "wrong", 1);
        app.publish(own + "/b", "end", 1);

        assertThat(device.await().payload()).isEqualTo("end");
        assertThat(device.soFar()).isEmpty();
    }

    @Test
    void shouldEndTheSessionOfALostDeviceUnlessItIsKept() throws Exception {
        TestDevice clean = device(0, "clean").connect(true);
        TestDevice kept = device(1, "kept").connect(false);
        clean.subscribe(own + "/a", 1);
        kept.subscribe(own + "/a", 1);
        clean.lose(false, null);
        kept.lose(true, null);

        app.publish(own + "/a", "meanwhile", 1);
        clean.connect(false);
        kept.connect(false);

        assertThat(kept.await().payload()).isEqualTo("meanwhile");
        assertThat(clean.getsSomethingWithin(A_WHILE)).isFalse();
    }

    // ---- refusals

    /** With a Mosquitto of its own: one with rules drops what comes for a session whose client has been away since a restart. */
    @Test
    void shouldTellWhatTheBrokerDoesNotLetPublish() throws Exception {
        assumeTrue(
                variant.broker().kind() == BrokerKind.MOSQUITTO && variant.isMqtt5(),
                () -> variant.broker() + " does not refuse a PUBLISH in its acknowledgement");
        Path rules = Files.write(directory.resolve("rules"), List.of("topic readwrite #", "topic deny forbidden"));
        try (MosquittoProcess strict = MosquittoProcess.start(directory, "acl_file " + rules);
                TestUpstream refused = TestUpstream.open(variant, strict.port(), own + "-gw", directory)) {
            TestDevice device = refused.device(0, own + "-device").connect(true);

            for (int qos = 1; qos <= 2; qos++) {
                assertThat(device.publish(TestDevice.message("forbidden", "x", qos, false)))
                        .isEqualTo(PublishOutcome.REFUSED);
            }

            device.publish("allowed", "x", 1);
            assertThat(device.drops()).isEmpty();
        }
    }

    @Test
    void shouldTellWhatTheBrokerDoesNotLetSubscribe() throws Exception {
        needs(BrokerFeature.REFUSES_FILTERS);
        TestDevice device = device(0, "device").connect(true);
        TestDevice other = device(0, "other").connect(true);

        assertThat(device.subscribeInVain(TestBroker.FORBIDDEN)).isEqualTo(PublishOutcome.REFUSED);
        assertThat(other.subscribeInVain(TestBroker.FORBIDDEN)).isEqualTo(PublishOutcome.REFUSED);

        device.subscribe(own + "/a", 1);
        app.publish(own + "/a", "x", 1);
        assertThat(device.await().payload()).isEqualTo("x");
    }

    @Test
    void shouldRefuseWhatBrokersCloseTheConnectionFor() throws Exception {
        TestDevice device = device(0, "device").connect(true);
        device.subscribe(own + "/a", 1);

        for (String topic : List.of(own + "/\u0001", own + "/+", own + "/\uFFFE", own + "/a".repeat(300))) {
            assertThat(device.publish(TestDevice.message(topic, "x", 1, false)))
                    .as(topic)
                    .isEqualTo(PublishOutcome.REFUSED);
        }
        for (String filter : List.of(own + "/\u0001", "$share/" + own, "$share//" + own, "$share/+/" + own)) {
            assertThat(device.subscribeInVain(filter)).as(filter).isEqualTo(PublishOutcome.REFUSED);
        }

        app.publish(own + "/a", "x", 1);
        assertThat(device.await().payload()).isEqualTo("x");
        assertThat(device.drops()).isEmpty();
    }

    // ---- shared subscriptions

    private boolean hasSharedSubscriptions() {
        return variant.isMqtt5() && variant.supports(BrokerFeature.SHARED_SUBSCRIPTIONS);
    }

    @Test
    void shouldGiveEachMessageOfASharedSubscriptionToOneDevice() throws Exception {
        assumeTrue(hasSharedSubscriptions(), () -> variant.broker() + " is not known to share");
        TestDevice one = device(0, "a").connect(true);
        TestDevice other = device(1, "b").connect(true);
        String filter = "$share/" + own + "/" + own + "/+";
        assertThat(one.subscribe(filter, 1)).isEqualTo(1);
        assertThat(other.subscribe(filter, 0)).isZero();
        List<String> payloads = numbered("m", 30);

        app.publishAll(own + "/a", payloads, 1);

        List<String> received = new ArrayList<>();
        while (one.getsSomethingWithin(A_WHILE, received) || other.getsSomethingWithin(A_WHILE, received)) {
            assertThat(received).hasSizeLessThanOrEqualTo(payloads.size());
        }
        assertThat(received).containsExactlyInAnyOrderElementsOf(payloads);
    }

    @Test
    void shouldRefuseSharedSubscriptionsWhereThereAreNone() {
        assumeTrue(!hasSharedSubscriptions(), () -> variant.broker() + " has shared subscriptions");
        TestDevice device = device(0, "device").connect(true);

        assertThat(device.subscribeInVain("$share/" + own + "/" + own)).isEqualTo(PublishOutcome.REFUSED);
        device.publish(own + "/a", "x", 1);
    }

    // ---- the broker is killed

    @Test
    void shouldHaveAllSubscriptionsAfterTheBrokerWasKilled() throws Exception {
        TestDevice kept = device(0, "kept").connect(false);
        TestDevice clean = device(1, "clean").connect(true);
        kept.subscribe(own + "/a/+", 1);
        kept.subscribe(own + "/b", variant.maxQos());
        kept.subscribe(own + "/no", 1);
        kept.unsubscribe(own + "/no");
        clean.subscribe(own + "/#", 0);
        awaitOnDisk(kept);

        broker().kill();
        broker().restart();

        app = connectedApp("again", false);
        awaitDeliveries(kept, own + "/a/x");
        awaitDeliveries(kept, own + "/b");
        awaitDeliveries(clean, own + "/a/x");
        app.publish(own + "/no", "no", 1);
        app.publish(own + "/a/x", "end", 1);
        List<Received> ofKept = kept.awaitUntil("end");
        if (variant.isPooled()) { // else the session is the broker's, and it may have lost the UNSUBSCRIBE
            assertThat(ofKept).noneMatch(received -> received.payload().equals("no"));
        }
        assertThat(clean.awaitUntil("end"))
                .extracting(Received::payload)
                .filteredOn(payload -> !payload.startsWith("probe"))
                .containsExactly("no", "end");
        for (TestDevice device : List.of(kept, clean)) {
            device.publish(own + "/up", "x", 1);
            assertThat(device.drops()).isEmpty();
        }
    }

    /** Mosquitto writes to its disk what it has acknowledged, so what it acknowledged before that is there when these are. */
    private void awaitOnDisk(TestDevice device) {
        device.publish("later/" + own, "1", 1);
        device.publish("later/" + own, "2", 1);
    }

    /** Publishes until the device gets it. */
    private void awaitDeliveries(TestDevice device, String topic) throws Exception {
        int probes = 0;
        do {
            assertThat(++probes).as("probes on %s that did not arrive", topic).isLessThan(100);
            app.publish(topic, "probe-" + topic + probes, 1);
        } while (!device.getsWithin("probe-" + topic, Duration.ofMillis(300)));
    }

    @Test
    void shouldHandOverWhatWasPublishedWhileTheBrokerWasAway() throws Exception {
        needs(BrokerFeature.SESSIONS_SURVIVE_KILL);
        for (int qos = 1; qos <= variant.maxQos(); qos++) {
            try (MqttApp kept = connectedApp("kept" + qos, true)) {
                kept.subscribe(own + "/" + qos + "/+", qos);
            }
        }
        List<TestDevice> devices =
                List.of(device(0, "a").connect(false), device(1, "b").connect(true));
        devices.forEach(this::awaitOnDisk);

        broker().kill();
        List<String> payloads = numbered("m", 30);
        List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
        for (String payload : payloads) {
            for (TestDevice device : devices) {
                for (int qos = 1; qos <= variant.maxQos(); qos++) {
                    outcomes.add(device.publishing(
                            TestDevice.message(own + "/" + qos + "/" + device.clientId(), payload, qos, false)));
                }
            }
        }
        assertThat(outcomes).noneMatch(CompletableFuture::isDone);
        broker().restart();

        assertAccepted(outcomes);
        for (int qos = 1; qos <= variant.maxQos(); qos++) {
            try (MqttApp kept = connectedApp("kept" + qos, true)) {
                List<MqttApp.Message> received = kept.awaitMessages(devices.size() * payloads.size());
                for (TestDevice device : devices) {
                    assertThat(payloads(received, own + "/" + qos + "/" + device.clientId()))
                            .containsExactlyElementsOf(payloads);
                }
            }
        }
    }
}
