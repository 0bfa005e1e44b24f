// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.shortName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.LockstepDevice;

/** PUBLISH at QoS -1, which needs no connection, MQTT-SN 1.2 §6.8. */
final class QosMinusOneTest {
    private static final String TOPICS = "topics: { prefix: site-7/, predefined: { 1: sensors/t, 2: $x }, "
            + "predefined-per-device: { dev: { 3: own/t } } }";
    private static final String ON = "{ " + TOPICS + ", admission: { qos-minus-one: true } }";

    private final TestGateway gateway = TestGateway.start(2, ON);
    private final LockstepDevice stranger = gateway.device(1, 0);

    private static Publish publish(TopicRef topic, boolean retain) {
        return new Publish(false, Qos.WITHOUT_SESSION, retain, topic, 0, Payload.utf8("x"));
    }

    private static Publish publish(TopicRef topic) {
        return publish(topic, false);
    }

    @Test
    void shouldPassOnWhatAStrangerPublishesAndSayNothing() {
        stranger.send(publish(predefined(1)));
        stranger.send(publish(shortName("ab"), true));
        stranger.sendHex("080C 61 0001 0007 78"); // with a message id

        gateway.uplink(0).expectPublish("site-7/sensors/t", Qos.AT_MOST_ONCE, "x");
        gateway.uplink(0).expectPublish(new UpstreamMessage("site-7/ab", Payload.utf8("x"), Qos.AT_MOST_ONCE, true));
        gateway.uplink(0).expectPublish("site-7/sensors/t", Qos.AT_MOST_ONCE, "x");
        stranger.expectNothing();
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.counters().messagesIgnored.sum()).isZero();
    }

    @Test
    void shouldPassItOnWhereItArrives() {
        gateway.device(11, 1).send(publish(predefined(1)));

        gateway.uplink(0).expectNoPublish();
        gateway.uplink(1).expectPublish("site-7/sensors/t", Qos.AT_MOST_ONCE, "x");
    }

    @ParameterizedTest
    @ValueSource(ints = {2 /* begins with $ */, 3 /* another device's */, 4 /* nobody's */})
    void shouldDropAndCountTopicsThatAStrangerMayNotUse(int id) {
        stranger.send(publish(predefined(id)));

        stranger.expectNothing();
        gateway.uplink(0).expectNoPublish();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeANormalTopicId() {
        stranger.sendHex("080C 60 0001 0000 78");

        stranger.expectNothing();
        gateway.uplink(0).expectNoPublish();
        assertThat(gateway.counters().malformed().values()).containsExactly(1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACTIVE", "ASLEEP"})
    void shouldPassOnWhatADevicePublishesByItsOwnIds(SessionState state) {
        stranger.send(connect("dev"));
        stranger.send(state == SessionState.ASLEEP ? new Disconnect(60) : connect("dev"));
        stranger.skipAll();

        stranger.send(publish(predefined(3)));
        gateway.uplink(0).expectPublish("site-7/own/t", Qos.AT_MOST_ONCE, "x");
        stranger.send(publish(predefined(4)));
        stranger.send(publish(predefined(2)));

        stranger.expectNothing();
        gateway.uplink(0).expectNoPublish();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(2);
        assertThat(gateway.session("dev").state()).isEqualTo(state);
    }

    @Test
    void shouldTakeADeviceThatHasLeftForAStranger() {
        stranger.send(connectKept("dev"));
        stranger.send(Disconnect.PLAIN);
        stranger.skipAll();

        stranger.send(publish(predefined(1)));
        gateway.uplink(0).expectPublish("site-7/sensors/t", Qos.AT_MOST_ONCE, "x");
        stranger.send(publish(predefined(3)));

        gateway.uplink(0).expectNoPublish();
        stranger.expectNothing();
    }

    @Test
    void shouldDropAndCountAllUnlessItIsSwitchedOn() {
        TestGateway off = TestGateway.start(TOPICS);
        LockstepDevice device = off.device(1);
        device.send(publish(predefined(1)));
        device.send(connect("dev"));
        device.expect(connAck());
        device.send(publish(predefined(1)));
        device.send(publish(shortName("ab")));

        device.expectNothing();
        off.uplink().expectNoPublish();
        assertThat(off.counters().messagesIgnored.sum()).isEqualTo(3);
    }
}
