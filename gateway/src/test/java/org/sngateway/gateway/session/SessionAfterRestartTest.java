// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.transport.DeviceAddress;

/**
 * Kept devices go on after a restart of the gateway where they were. There are two shards; the frames of device numbers below 10 arrive
 * on shard 0, those of the others on shard 1. Restored sessions are spread in the order of their client ids, so that of {@code a} lives on
 * shard 0 and that of {@code b} on shard 1.
 */
final class SessionAfterRestartTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Qos QOS_2 = Qos.EXACTLY_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final String YAML = "sessions: { retry-interval: 10s, retry-count: 2 }";

    private final FakeStore store = new FakeStore();
    private TestGateway gateway = start(YAML, TestGateway.START);

    private TestGateway start(String yaml, Instant timeOfDay) {
        TestGateway started = startDeaf(yaml, timeOfDay);
        started.listen();
        return started;
    }

    private TestGateway startDeaf(String yaml, Instant timeOfDay) {
        TestGateway started = TestGateway.restored(store, 2, yaml, timeOfDay);
        for (int shard = 0; shard < 2; shard++) {
            started.uplink(shard).grantSubscriptions(QOS_2);
            started.uplink(shard).answerPublishes(PublishOutcome.ACCEPTED);
        }
        return started;
    }

    /** The process ends without warning, and another begins a second later with what is on the disk. */
    private void restart() {
        restart(YAML);
    }

    private void restart(String yaml) {
        store.crash();
        gateway = start(yaml, TestGateway.START.plusSeconds(1));
    }

    private LockstepDevice at(int number) {
        return gateway.device(number, number / 10);
    }

    /** It is active; its topic {@code up} has id 1, and it has subscribed to {@code t/} and its client id with id 2. */
    private void active(int number, String clientId) {
        active(at(number), clientId);
    }

    private static void active(LockstepDevice device, String clientId) {
        device.send(connectKept(clientId));
        device.expect(connAck());
        device.send(register(1, "up"));
        device.expect(regAck(1, 1));
        device.send(subscribe(2, QOS_2, "t/" + clientId));
        device.skipAll();
    }

    private void asleep(int number, String clientId) {
        active(number, clientId);
        at(number).send(new Disconnect(3600));
        at(number).expect(Disconnect.PLAIN);
    }

    private void deliver(String clientId, String data, Qos qos) {
        int shard = gateway.session(clientId).host() == gateway.shard(0) ? 0 : 1;
        String topic = "t/" + clientId;
        gateway.uplink(shard).deliver(topic, data, qos, topic);
        gateway.advance(Duration.ZERO);
    }

    /** The gateway makes sure that the device knows the id, and sends the message. */
    private Publish takes(LockstepDevice device, String data) {
        Register asked = device.expect(Register.class);
        device.send(regAck(asked.topicId(), asked.msgId()));
        Publish publish = device.expect(Publish.class);
        assertThat(publish.data()).isEqualTo(Payload.utf8(data));
        return publish;
    }

    private void publishes(LockstepDevice device, int msgId) {
        device.send(publish1(msgId, id(1), "x"));
        device.expect(pubAck(1, msgId));
        device.expectNothing();
    }

    private void expectStranger(LockstepDevice device) {
        gateway.advance(RETRY);
        device.send(publish1(9, id(1), "x"));
        device.send(publish1(9, id(1), "x"));
        device.expect(Disconnect.PLAIN);
        device.expectNothing();
    }

    private void expectState(String clientId, SessionState state) {
        assertThat(gateway.session(clientId).state()).isEqualTo(state);
    }

    private @Nullable String storedAddress(String clientId) {
        return stored(clientId).address();
    }

    private StoredSession stored(String clientId) {
        return Objects.requireNonNull(store.device(clientId)).session();
    }

    // ---- going on

    /** The frames arrive where the session lives, and where it does not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 11})
    void shouldGoOnWithAnActiveDevice(int number) {
        active(number, "a");

        restart();

        LockstepDevice device = at(number);
        assertThat(gateway.session("a").host()).isSameAs(gateway.shard(0));
        publishes(device, 3);
        gateway.uplink(0).expectPublish("up", QOS_1, "x");
        device.send(new Publish(false, QOS_2, false, id(1), 4, Payload.utf8("y")));
        device.expect(new PubRec(4));
        device.send(new PubRel(4));
        device.expect(new PubComp(4));
        gateway.uplink(0).expectPublish("up", QOS_2, "y");
        device.send(register(5, "another"));
        device.expect(regAck(3, 5));
        device.sendHex("0A0A 0000 0007 612B2B2B");
        device.expect(new RegAck(0, 7, ReturnCode.NOT_SUPPORTED));
        device.send(pingReq());
        device.expect(new PingResp());
        deliver("a", "1", QOS_1);
        Publish sent = takes(device, "1");
        device.send(pubAck(2, sent.msgId()));
        deliver("a", "0", Qos.AT_MOST_ONCE);
        assertThat(device.expect(Publish.class).data()).isEqualTo(Payload.utf8("0"));
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);
        expectState("a", SessionState.DISCONNECTED);
        expectStranger(device);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11})
    void shouldGoOnAfterEachOfManyRestarts(int number) {
        active(number, "a");
        for (int msgId = 3; msgId < 6; msgId++) {
            restart();
            publishes(at(number), msgId);
        }
    }

    @Test
    void shouldGoOnWithANodeBehindAForwarder() {
        LockstepDevice forwarder = at(1);
        forwarder.sendHex("06FE 00 0A0B 0C" + "0A04 0001 003C 61626364");
        forwarder.skipAll();
        assertThat(gateway.session("abcd").state()).isEqualTo(SessionState.ACTIVE);
        Object before = gateway.session("abcd").address();

        restart();

        assertThat(gateway.session("abcd").address()).isEqualTo(before).isNotNull();
    }

    @Test
    void shouldSendWhatWaitsWhenTheListenersAreOpen() {
        active(11, "a");
        deliver("a", "1", QOS_2);
        Publish sent = at(11).expect(Publish.class);
        store.crash();

        gateway = startDeaf(YAML, TestGateway.START.plusSeconds(1));
        deliver("a", "2", QOS_1);
        at(11).expectNothing();
        gateway.listen();

        Publish again = takes(at(11), "1");
        assertThat(again).isEqualTo(new Publish(true, QOS_2, false, id(2), sent.msgId(), Payload.utf8("1")));
        at(11).send(new PubRec(again.msgId()));
        at(11).expect(new PubRel(again.msgId()));
        at(11).send(new PubComp(again.msgId()));
        assertThat(at(11).expect(Publish.class).data()).isEqualTo(Payload.utf8("2"));
    }

    @Test
    void shouldSendWhatComesBeforeTheListenersAreOpen() {
        active(1, "a");
        store.crash();

        gateway = startDeaf(YAML, TestGateway.START.plusSeconds(1));
        deliver("a", "1", QOS_1);
        at(1).expectNothing();
        gateway.listen();

        takes(at(1), "1");
    }

    @Test
    void shouldServeASleeperThatDoesNotSayItsName() {
        asleep(11, "a");
        deliver("a", "1", QOS_1);

        restart("sessions: { roaming: false }");
        at(11).send(pingReq());

        Publish sent = takes(at(11), "1");
        at(11).send(pubAck(2, sent.msgId()));
        at(11).expect(new PingResp());
    }

    @Test
    void shouldLoseADeviceThatIsNotHeardOfInItsTime() {
        active(1, "a");
        gateway.advance(Duration.ofSeconds(80));

        restart();
        gateway.advance(Duration.ofSeconds(89));
        expectState("a", SessionState.ACTIVE);
        gateway.advance(Duration.ofSeconds(1));

        expectState("a", SessionState.LOST);
        expectStranger(at(1));
    }

    @Test
    void shouldLoseADeviceThatDoesNotAnswer() {
        active(1, "a");
        restart();
        deliver("a", "1", QOS_1);

        gateway.advance(RETRY);
        gateway.advance(RETRY);
        expectState("a", SessionState.ACTIVE);
        gateway.advance(RETRY);

        expectState("a", SessionState.LOST);
        assertThat(gateway.session("a").queuedMessages()).isEqualTo(1);
    }

    @Test
    void shouldTellStrangersToConnect() {
        active(1, "a");
        restart();

        expectStranger(at(2));
        expectStranger(at(12));
        publishes(at(1), 3);
    }

    // ---- elsewhere

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 12", "11, 2", "11, 12"})
    void shouldServeADeviceWhereItConnects(int before, int after) {
        active(before, "a");
        restart();

        at(after).send(connectKept("a"));

        at(after).expect(connAck());
        at(before).expect(Disconnect.PLAIN);
        publishes(at(after), 3);
        expectStranger(at(before));
        restart();
        publishes(at(after), 4);
        expectStranger(at(before));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 12", "11, 2", "11, 12"})
    void shouldServeASleeperWhereItWakes(int before, int after) {
        asleep(before, "a");
        restart();

        at(after).send(new PingReq("a"));

        at(after).expect(new PingResp());
        expectStranger(at(before));
        restart();
        at(after).send(pingReq());
        at(after).expect(new PingResp());
        expectStranger(at(before));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 12", "11, 2", "11, 12"})
    void shouldKnowTwoSleepersThatChangedPlaces(int one, int other) {
        asleep(one, "a");
        asleep(other, "b");
        restart();

        at(other).send(new PingReq("a"));
        at(other).expect(new PingResp());
        at(one).send(new PingReq("b"));
        at(one).expect(new PingResp());

        assertThat(gateway.session("a").address()).isEqualTo(at(other).address());
        assertThat(gateway.session("b").address()).isEqualTo(at(one).address());
        deliver("a", "for a", QOS_1);
        at(other).send(pingReq());
        takes(at(other), "for a");
        deliver("b", "for b", QOS_1);
        at(one).send(pingReq());
        takes(at(one), "for b");
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 12", "11, 2", "11, 12"})
    void shouldKnowTwoActiveDevicesThatChangedPlaces(int one, int other) {
        active(one, "a");
        active(other, "b");
        restart();

        at(other).send(connectKept("a"));
        at(one).send(connectKept("b"));
        at(one).skipAll();
        at(other).skipAll();

        publishes(at(other), 3);
        publishes(at(one), 3);
        deliver("a", "for a", QOS_1);
        takes(at(other), "for a");
        deliver("b", "for b", QOS_1);
        takes(at(one), "for b");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11})
    void shouldReleaseTheAddressThatIsAnothersNow(int number) {
        active(number, "a");
        restart();

        at(number).send(connect("new"));
        at(number).expect(connAck());

        expectState("a", SessionState.DISCONNECTED);
        assertThat(storedAddress("a")).isNull();
        at(number).send(register(1, "its own"));
        at(number).expect(regAck(1, 1));
        deliver("a", "not for new", QOS_1);
        at(number).expectNothing();
    }

    @Test
    void shouldReleaseTheAddressOfASleeperThatIsAnothersNow() {
        asleep(11, "a");
        restart();

        at(11).send(connect("new"));
        at(11).expect(connAck());

        expectState("a", SessionState.ASLEEP);
        assertThat(storedAddress("a")).isNull();
        restart();
        expectState("a", SessionState.ASLEEP);
        expectStranger(at(11));
    }

    // ---- what is not known any more

    @Test
    void shouldNotKnowDevicesOfAListenerThatIsGone() {
        active(1, "a");
        restart("listeners: [{ type: udp, bind: \"127.0.0.1:2884\" }]");

        expectState("a", SessionState.ACTIVE);
        assertThat(gateway.session("a").address()).isNull();
        expectStranger(at(1));
        deliver("a", "1", QOS_1);
        at(1).expectNothing();
        at(1).send(connectKept("a"));
        at(1).expect(connAck());
        takes(at(1), "1");
    }

    @Test
    void shouldKnowAListenerWhereverItStandsInTheConfiguration() {
        active(1, "a");
        String stored = storedAddress("a");

        restart("listeners: [{ type: udp, bind: \"127.0.0.1:2884\" }, { type: udp, bind: \"0.0.0.0:1884\" }]");

        assertThat(stored).isEqualTo("udp:192.0.2.1:10001 at udp:0.0.0.0:1884");
        assertThat(Objects.requireNonNull(gateway.session("a").address()).listener())
                .isEqualTo(1);
    }

    @Test
    void shouldGoOnWhereADeviceHasRepeatedItsConnect() {
        active(1, "a");
        at(2).send(connectKept("a"));
        at(2).expect(connAck());
        at(2).skipAll();

        restart();

        publishes(at(2), 5);
        expectStranger(at(1));
    }

    private static String serial(String port, String framing) {
        return "{ type: serial, port: %s, framing: %s }".formatted(port, framing);
    }

    private static String listeners(String... listeners) {
        return YAML + "\nlisteners: [" + String.join(", ", listeners) + "]";
    }

    /** A device at the end of a line or behind a radio module, and a node behind a forwarder there. */
    @ParameterizedTest
    @CsvSource({
        "slip, '', serial:[/dev/ttyS1] at serial:/dev/ttyS1",
        "xbee-api2, 0013a20040c1d2e3, serial:[/dev/ttyS1]0013a20040c1d2e3 at xbee:/dev/ttyS1"
    })
    void shouldGoOnWithDevicesOnASerialLine(String framing, String node, String text) {
        String line = serial("/dev/ttyS1", framing);
        DeviceAddress device = new DeviceAddress.Serial(0, "/dev/ttyS1", Payload.hex(node));
        DeviceAddress behind = new DeviceAddress.Forwarded(device, Payload.hex("0a0b"));
        restart(listeners(line));
        active(gateway.device(device, 0), "device");
        gateway.device(behind, 0).send(connectKept("behind"));
        assertThat(storedAddress("device")).isEqualTo(text);
        assertThat(storedAddress("behind")).isEqualTo(text.replace(" at ", "/0a0b at "));

        restart(listeners(line));

        publishes(gateway.device(device, 0), 5);
        deliver("device", "unasked", QOS_1);
        takes(gateway.device(device, 0), "unasked");
        assertThat(gateway.session("behind").address()).isEqualTo(behind);

        store.crash();
        gateway = startDeaf(listeners(serial("/dev/ttyS0", framing), line), TestGateway.START.plusSeconds(2));
        assertThat(gateway.session("device").address())
                .isEqualTo(new DeviceAddress.Serial(1, "/dev/ttyS1", Payload.hex(node)));
    }

    @ParameterizedTest
    @CsvSource({"/dev/ttyS2, slip", "/dev/ttyS1, xbee-api1"})
    void shouldNotLookForADeviceOnAnotherLine(String port, String framing) {
        DeviceAddress address = new DeviceAddress.Serial(0, "/dev/ttyS1", Payload.EMPTY);
        restart(listeners(serial("/dev/ttyS1", "raw")));
        active(gateway.device(address, 0), "s");

        restart(listeners(serial(port, framing)));

        assertThat(gateway.session("s").address()).isNull();
        expectState("s", SessionState.ACTIVE);
    }

    /** A crash between the one's coming and the record of the other's leaving. */
    @Test
    void shouldNotGuessWhoseAnAddressIs() {
        active(1, "a");
        active(2, "b");
        active(3, "c");
        for (String other : new String[] {"b", "c"}) {
            StoredSession row = stored(other);
            store.write(new Change.PutSession(new StoredSession(
                    other, false, 60, 0, row.state(), row.deadlineMillis(), null, storedAddress("a"), null)));
        }

        restart();

        expectStranger(at(1));
        for (String clientId : new String[] {"a", "b", "c"}) {
            expectState(clientId, SessionState.ACTIVE);
            assertThat(gateway.session(clientId).address()).isNull();
        }
    }

    @Test
    void shouldNotGoOnWithACleanSession() {
        at(1).send(new Connect(true, true, 60, "a"));
        at(1).send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        at(1).send(new WillMsg(Payload.utf8("a")));
        at(1).skipAll();

        assertThat(storedAddress("a")).isNull();
        restart();

        expectStranger(at(1));
    }

    // ---- what is stored

    @Test
    void shouldStoreNoAddressOfADeviceThatHasLeft() {
        active(1, "a");
        assertThat(storedAddress("a")).isNotNull();

        at(1).send(Disconnect.PLAIN);

        assertThat(storedAddress("a")).isNull();
        restart();
        expectStranger(at(1));
    }

    /** The will has yet to go out, but another device may come to the address meanwhile. */
    @Test
    void shouldStoreNoAddressOfALostDevice() {
        at(1).send(new Connect(true, false, 60, "a"));
        at(1).send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        at(1).send(new WillMsg(Payload.utf8("a")));
        at(1).skipAll();
        gateway.uplink(0).answerPublishes(PublishOutcome.CONGESTION);
        gateway.advance(Duration.ofSeconds(90));
        expectState("a", SessionState.LOST);

        assertThat(storedAddress("a")).isNull();
        restart();
        gateway.advance(Duration.ofSeconds(90));

        gateway.uplink(0).expectPublish("gone", QOS_1, "a");
    }

    @Test
    void shouldWriteNothingWhileADeviceStaysWhereItIs() {
        asleep(1, "a");
        int writes = store.writes();

        at(1).send(pingReq());
        at(1).send(new PingReq("a"));
        at(1).send(publish1(5, id(1), "x"));
        assertThat(store.writes()).isEqualTo(writes);

        at(2).send(new PingReq("a"));
        assertThat(store.writes()).isEqualTo(writes + 1);
    }

    @Test
    void shouldKeepTheKeepAliveThroughTwoRestarts() {
        active(1, "a");
        restart();
        at(1).send(new WillTopicUpd(null));
        at(1).expect(new WillTopicResp(ReturnCode.ACCEPTED));

        restart();
        gateway.advance(Duration.ofSeconds(89));
        expectState("a", SessionState.ACTIVE);
        gateway.advance(Duration.ofSeconds(1));

        expectState("a", SessionState.LOST);
    }

    @Test
    void shouldLetADeviceSleepOnThatChangedItsWillWhileAwake() {
        at(1).send(new Connect(true, false, 60, "a"));
        at(1).send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        at(1).send(new WillMsg(Payload.utf8("1")));
        at(1).send(subscribe(2, QOS_1, "t/a"));
        at(1).send(new Disconnect(3600));
        at(1).skipAll();
        deliver("a", "x", QOS_1);
        at(1).send(pingReq());
        at(1).expect(Publish.class);
        at(1).send(new WillMsgUpd(Payload.utf8("2")));
        at(1).expect(new WillMsgResp(ReturnCode.ACCEPTED));
        expectState("a", SessionState.AWAKE);

        restart();

        expectState("a", SessionState.ASLEEP);
        at(1).send(pingReq());
        takes(at(1), "x");
    }

    /** It was told that it is not connected: it is not to be supervised after a restart, either. */
    @Test
    void shouldNotGoOnWithADeviceThatWasRefused() {
        active(1, "a");
        store.setFull(true);
        at(1).send(new Connect(true, false, 60, "a"));
        at(1).send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        at(1).send(new WillMsg(Payload.utf8("a")));
        at(1).skipAll();
        expectState("a", SessionState.DISCONNECTED);
        store.setFull(false);
        gateway.storeWorks();

        restart();

        expectState("a", SessionState.DISCONNECTED);
        expectStranger(at(1));
    }

    // ---- message ids

    @Test
    void shouldNotTakeALateAnswerForTheAnswerToAnotherMessage() {
        active(1, "a");
        for (int msgId = 1; msgId < 10; msgId++) {
            deliver("a", "0", QOS_1);
            at(1).expect(publish1(msgId, id(2), "0"));
            at(1).send(pubAck(2, msgId));
        }
        deliver("a", "1", QOS_1);
        Publish before = at(1).expect(Publish.class);

        restart();
        Publish again = takes(at(1), "1");
        assertThat(again.msgId()).isNotEqualTo(before.msgId());
        at(1).send(pubAck(2, again.msgId()));
        for (int i = 2; i < 20; i++) {
            deliver("a", String.valueOf(i), QOS_1);
            Publish next = at(1).expect(Publish.class);
            assertThat(next.msgId()).isNotEqualTo(before.msgId());
            at(1).send(pubAck(2, before.msgId()));
            assertThat(gateway.session("a").queuedMessages()).isEqualTo(1);
            at(1).send(pubAck(2, next.msgId()));
        }
    }

    /** Its PUBREC comes while the gateway makes sure that it knows the topic. */
    @Test
    void shouldNotSendAMessageOfQos2AgainThatTheDeviceSaysItHas() {
        active(1, "a");
        deliver("a", "1", QOS_2);
        Publish sent = at(1).expect(Publish.class);

        restart();
        Register asked = at(1).expect(Register.class);
        at(1).send(new PubRec(sent.msgId()));
        at(1).expect(new PubRel(sent.msgId()));
        at(1).send(regAck(asked.topicId(), asked.msgId()));
        at(1).send(new PubComp(sent.msgId()));

        at(1).expectNothing();
        assertThat(gateway.session("a").queuedMessages()).isZero();
        assertThat(Objects.requireNonNull(store.device("a")).deliveries()).isEmpty();
    }
}
