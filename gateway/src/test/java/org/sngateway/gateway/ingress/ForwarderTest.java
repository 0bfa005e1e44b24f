// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

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
import static org.sngateway.testsupport.Messages.shortName;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.testsupport.LockstepDevice;

/** Nodes behind forwarders, MQTT-SN 1.2 §5.5: each is a device of its own. */
final class ForwarderTest {
    /** What the gateway puts in front of a message for a node: three octets and the node id. */
    private static final int OVERHEAD = 5;

    private final TestGateway gateway = TestGateway.start("admission: { qos-minus-one: true }");
    private final LockstepDevice forwarder = gateway.device(1);
    private final Node first = new Node(forwarder, "0001");
    private final Node second = new Node(forwarder, "0002");

    /** A node behind a forwarder; what a forwarder is sent is expected in order, whichever node it is for. */
    private record Node(LockstepDevice forwarder, String nodeId) {
        void send(SnMessage message) {
            forwarder.send(new ForwarderEncapsulation(1, Payload.hex(nodeId), message));
        }

        /** A message of the node as octets. */
        void sendHex(String message) {
            String head = String.format("%02XFE01", 3 + nodeId.length() / 2);
            forwarder.sendHex(head + nodeId + message);
        }

        void expect(SnMessage message) {
            forwarder.expect(new ForwarderEncapsulation(0, Payload.hex(nodeId), message));
        }
    }

    @Test
    void shouldTakeEachNodeForADevice() {
        first.send(connect("a"));
        second.send(connect("b"));
        first.expect(connAck());
        second.expect(connAck());
        first.send(register(1, "t"));
        first.expect(regAck(1, 1));
        second.send(publish1(2, id(1), "x"));
        second.expect(pubAck(1, 2, ReturnCode.INVALID_TOPIC_ID));
        first.send(publish1(2, id(1), "x"));
        gateway.uplink().expectPublish("t", Qos.AT_LEAST_ONCE, "x").accept();
        first.expect(pubAck(1, 2));

        first.send(Disconnect.PLAIN);
        first.expect(Disconnect.PLAIN);
        second.send(pingReq());
        second.expect(new PingResp());
        forwarder.expectNothing();
        assertThat(gateway.sessions()).isEqualTo(1);
    }

    @Test
    void shouldTellNodesByTheirForwarder() {
        Node elsewhere = new Node(gateway.device(2), "0001");
        first.send(connect("a"));
        elsewhere.send(connect("b"));

        first.expect(connAck());
        elsewhere.expect(connAck());
        assertThat(gateway.sessions()).isEqualTo(2);
        assertThat(gateway.session("a").address())
                .isNotEqualTo(gateway.session("b").address());
    }

    @Test
    void shouldTakeAForwarderForADeviceToo() {
        first.send(connect("node"));
        first.expect(connAck());

        forwarder.send(connect("forwarder"));

        forwarder.expect(connAck());
        first.send(pingReq());
        first.expect(new PingResp());
        forwarder.send(pingReq());
        forwarder.expect(new PingResp());
        assertThat(gateway.sessions()).isEqualTo(2);
    }

    @Test
    void shouldDeliverToANodeAndSendAgain() {
        gateway.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        first.send(connect("a"));
        first.expect(connAck());
        first.send(subscribe(1, Qos.AT_LEAST_ONCE, "t"));
        first.expect(subAck(1, Qos.AT_LEAST_ONCE, 1));

        gateway.uplink().deliver("t", "x", Qos.AT_LEAST_ONCE, "t");

        Publish publish = publish1(1, id(1), "x");
        first.expect(publish);
        gateway.advance(Duration.ofSeconds(10));
        first.expect(new Publish(true, publish.qos(), false, publish.topic(), 1, publish.data()));
        first.send(pubAck(1, 1));
        forwarder.expectNothing();
    }

    @Test
    void shouldLeaveRoomForTheNodeId() {
        TestGateway small = TestGateway.withFramesOf(60, "");
        small.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        Node node = new Node(small.device(1), "0001");
        node.send(connect("a"));
        node.expect(connAck());
        node.send(subscribe(1, Qos.AT_LEAST_ONCE, "t"));
        node.expect(subAck(1, Qos.AT_LEAST_ONCE, 1));
        int fits = 60 - OVERHEAD - 7;

        small.uplink().deliver("t", "x".repeat(fits + 1), Qos.AT_LEAST_ONCE, "t");
        assertThat(small.counters().downlinkTooLarge.sum()).isEqualTo(1);
        small.uplink().deliver("t", "x".repeat(fits), Qos.AT_LEAST_ONCE, "t");

        node.expect(publish1(1, id(1), "x".repeat(fits)));
    }

    @Test
    void shouldTellEachStrangeNodeToConnectOnceInAWhile() {
        first.send(pingReq());
        first.send(pingReq());
        second.send(pingReq());
        forwarder.send(pingReq());

        first.expect(Disconnect.PLAIN);
        second.expect(Disconnect.PLAIN);
        forwarder.expect(Disconnect.PLAIN);
        forwarder.expectNothing();
    }

    @Test
    void shouldAnswerTheSearchOfANode() {
        first.send(new SearchGw(1));

        first.expect(new GwInfo(1, Payload.EMPTY));
    }

    @Test
    void shouldPassOnWhatANodePublishesWithoutAConnection() {
        first.send(new Publish(false, Qos.WITHOUT_SESSION, false, shortName("ab"), 0, Payload.utf8("x")));

        gateway.uplink().expectPublish("ab", Qos.AT_MOST_ONCE, "x");
        forwarder.expectNothing();
    }

    @Test
    void shouldFollowASleepingNodeToAnotherForwarder() {
        Node elsewhere = new Node(gateway.device(2), "0007");
        gateway.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        first.send(connect("a"));
        first.send(subscribe(1, Qos.AT_LEAST_ONCE, "t"));
        first.send(new Disconnect(600));
        forwarder.skipAll();
        gateway.uplink().deliver("t", "x", Qos.AT_LEAST_ONCE, "t");

        elsewhere.send(new PingReq("a"));

        elsewhere.expect(publish1(1, id(1), "x"));
        elsewhere.send(pubAck(1, 1));
        elsewhere.expect(new PingResp());
        forwarder.expectNothing();
    }

    @Test
    void shouldTellTheNodeWhereTheDeviceWasBefore() {
        first.send(connectKept("a"));
        first.expect(connAck());

        second.send(connectKept("a"));

        first.expect(Disconnect.PLAIN);
        second.expect(connAck());
        forwarder.expectNothing();
    }

    // ---- malformed messages of nodes

    @Test
    void shouldAnswerAMalformedMessageOfANodeAndNotTakeItForLife() {
        first.send(connect("a"));
        first.expect(connAck());
        forwarder.send(connect("forwarder"));
        forwarder.expect(connAck());
        gateway.advance(Duration.ofSeconds(89));

        first.sendHex("0A0A 0000 0007 612B2B2B"); // REGISTER of a+++

        first.expect(new RegAck(0, 7, ReturnCode.NOT_SUPPORTED));
        forwarder.expectNothing();
        assertThat(gateway.counters().malformed().values()).containsExactly(1L);
        gateway.advance(Duration.ofSeconds(1));
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(2);
    }

    @Test
    void shouldRefuseAMalformedConnectOfANode() {
        first.sendHex("09 04 04 02 003C 646576"); // another version

        first.expect(connAck(ReturnCode.NOT_SUPPORTED));
        forwarder.expectNothing();
        assertThat(gateway.sessions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "05FE01", // no message
                "03FE01 0216", // no node id
                "05FE010001 0316", // inner Length
                "05FE010001 05FE010002 0216", // nested
                "05FE010001 02FD", // reserved type
                "0100 07 FE 01 0001 0216" // long form
            })
    void shouldCountAndNotAnswerWhatIsNoMessageOfANode(String octets) {
        forwarder.send(connect("forwarder"));
        forwarder.expect(connAck());

        forwarder.sendHex(octets);

        forwarder.expectNothing();
        assertThat(gateway.counters().malformed().values()).containsExactly(1L);
        forwarder.send(pingReq());
        forwarder.expect(new PingResp());
    }
}
