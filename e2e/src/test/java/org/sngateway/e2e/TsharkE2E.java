// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.testsupport.MosquittoProcess;

/** Every type of message that {@code sn-gateway run} sends, as Wireshark reads it. */
class TsharkE2E {
    private static final String GROUP = "239.255.77.77";
    private static final int PROBE_MILLIS = 1000;

    @TempDir
    private Path directory;

    private final NetworkInterface loopback = loopback();
    private MosquittoProcess broker;
    private GatewayProcess gateway;
    private Tshark tshark;
    private SnDevice device;
    /** What the gateway has sent, in order. */
    private final List<MessageType> heard = new ArrayList<>();

    private static NetworkInterface loopback() {
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("no loopback interface", e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.start(
                directory, broker.port(), """
                gateway: { shards: 1 }
                topics: { predefined: { 7: sensors/temperature } }
                discovery:
                  multicast: "%s:%d"
                  interfaces: [%s]
                  advertise-interval: 1s
                """.formatted(GROUP, MosquittoProcess.freePort(), loopback.getName()));
        gateway.awaitBroker(1);
        tshark = Tshark.start(loopback, gateway.address());
        device = new SnDevice(gateway.address());
    }

    @AfterEach
    void stop() {
        if (device != null) {
            device.close();
        }
        if (tshark != null) {
            tshark.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldSendNothingThatTsharkCannotRead() throws Exception {
        Mqtt5BlockingClient application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        application.connect();
        try {
            connectWithWill();
            publish();
            receive(application);
            sleepAndWake(application);
            leave();
            speakThroughAForwarder();
        } finally {
            application.disconnect();
        }
        device.sendOctets(new byte[] {2, (byte) MessageType.CONNACK.code()}, 2);
        Tshark.Verdict onNonsense =
                tshark.awaitVerdict(verdict -> verdict.octets().equals("0205"));

        assertThat(onNonsense.complaints()).as("the judge judges").contains("Malformed");
        List<Tshark.Verdict> verdicts =
                tshark.verdicts().stream().filter(this::isFromTheGateway).toList();
        assertThat(verdicts)
                .allSatisfy(verdict ->
                        assertThat(verdict.complaints()).as(verdict.octets()).isEmpty());
        assertThat(verdicts.stream()
                        .filter(verdict -> !verdict.isOf(MessageType.ADVERTISE))
                        .map(verdict -> MessageType.ofCode(verdict.types().get(0))))
                .as("what tshark has read, ADVERTISE aside, is what the device has")
                .containsExactlyElementsOf(heard);
        assertThat(Set.copyOf(heard)).isEqualTo(everythingToOneDevice());
    }

    private boolean isFromTheGateway(Tshark.Verdict verdict) {
        return verdict.sourcePort() == gateway.address().getPort();
    }

    /** The types that a device gets when it asks for all there is. */
    private static Set<MessageType> everythingToOneDevice() {
        return EnumSet.of(
                MessageType.GWINFO,
                MessageType.CONNACK,
                MessageType.WILLTOPICREQ,
                MessageType.WILLMSGREQ,
                MessageType.REGISTER,
                MessageType.REGACK,
                MessageType.PUBLISH,
                MessageType.PUBACK,
                MessageType.PUBCOMP,
                MessageType.PUBREC,
                MessageType.PUBREL,
                MessageType.SUBACK,
                MessageType.UNSUBACK,
                MessageType.PINGRESP,
                MessageType.DISCONNECT,
                MessageType.WILLTOPICRESP,
                MessageType.WILLMSGRESP,
                MessageType.ENCAPSULATED);
    }

    private void connectWithWill() throws IOException {
        device.send(new SearchGw(0));
        expect(GwInfo.class);
        device.send(new Connect(true, false, 60, "judged"));
        expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, true, "own/will")));
        expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        expect(ConnAck.class);
        device.send(new WillTopicUpd(new WillHeader(Qos.AT_MOST_ONCE, false, "own/last")));
        expect(WillTopicResp.class);
        device.send(new WillMsgUpd(Payload.utf8("left")));
        expect(WillMsgResp.class);
    }

    private void publish() throws IOException {
        device.send(new Register(0, 1, "own/report"));
        TopicRef report = new TopicRef.Normal(expect(RegAck.class).topicId());
        device.send(new Register(0, 2, "no/wildcard/#"));
        assertThat(expect(RegAck.class).returnCode()).isEqualTo(ReturnCode.NOT_SUPPORTED);
        device.send(publish(Qos.AT_LEAST_ONCE, report, 3));
        assertThat(expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        device.send(publish(Qos.AT_LEAST_ONCE, new TopicRef.Normal(999), 4));
        assertThat(expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.INVALID_TOPIC_ID);
        device.send(publish(Qos.EXACTLY_ONCE, report, 5));
        expect(PubRec.class);
        device.send(new PubRel(5));
        expect(PubComp.class);
    }

    private void receive(Mqtt5BlockingClient application) throws IOException {
        send(application, "in/kept", MqttQos.AT_LEAST_ONCE, true, "retained");
        device.send(new Subscribe(false, Qos.EXACTLY_ONCE, 6, new TopicRef.Name("in/+")));
        expect(SubAck.class);
        Register register = expect(Register.class);
        device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        assertThat(acknowledged().retain()).isTrue();

        send(application, "in/kept", MqttQos.AT_MOST_ONCE, false, "");
        expect(Publish.class);
        send(application, "in/kept", MqttQos.AT_LEAST_ONCE, false, "long".repeat(100));
        acknowledged();
        send(application, "in/kept", MqttQos.EXACTLY_ONCE, false, "once");
        Publish once = expect(Publish.class);
        device.send(new PubRec(once.msgId()));
        expect(PubRel.class);
        device.send(new PubComp(once.msgId()));

        device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 7, new TopicRef.Predefined(7)));
        expect(SubAck.class);
        send(application, "sensors/temperature", MqttQos.AT_LEAST_ONCE, false, "21.5");
        assertThat(acknowledged().topic()).isEqualTo(new TopicRef.Predefined(7));
        device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 8, new TopicRef.ShortName("ab")));
        expect(SubAck.class);
        send(application, "ab", MqttQos.AT_LEAST_ONCE, false, "short");
        assertThat(acknowledged().topic()).isEqualTo(new TopicRef.ShortName("ab"));
        device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 9, new TopicRef.Predefined(8)));
        assertThat(expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.INVALID_TOPIC_ID);

        device.send(new Unsubscribe(10, new TopicRef.ShortName("ab")));
        expect(UnsubAck.class);
        device.send(new PingReq(""));
        expect(PingResp.class);
    }

    private void sleepAndWake(Mqtt5BlockingClient application) throws IOException {
        device.send(new Disconnect(60));
        expect(Disconnect.class);
        send(application, "in/kept", MqttQos.AT_LEAST_ONCE, false, "while asleep");
        // The message may still be on its way from the broker when the device wakes; then it has to wake again.
        SnMessage next;
        do {
            device.send(new PingReq("judged"));
            next = expect(SnMessage.class);
        } while (next instanceof PingResp);
        acknowledge((Publish) next);
        expect(PingResp.class);
    }

    private void leave() throws IOException {
        device.send(new Connect(false, false, 60, "judged"));
        expect(ConnAck.class);
        device.send(Disconnect.PLAIN);
        expect(Disconnect.class);
    }

    private void speakThroughAForwarder() throws IOException {
        assertThat(askThroughForwarder(new Connect(false, true, 60, "node"))).isInstanceOf(ConnAck.class);
        RegAck registered = (RegAck) askThroughForwarder(new Register(0, 1, "node/report"));
        TopicRef report = new TopicRef.Normal(registered.topicId());
        assertThat(askThroughForwarder(publish(Qos.AT_LEAST_ONCE, report, 2))).isInstanceOf(PubAck.class);
        assertThat(askThroughForwarder(Disconnect.PLAIN)).isInstanceOf(Disconnect.class);
    }

    private SnMessage askThroughForwarder(SnMessage message) throws IOException {
        Payload nodeId = Payload.hex("0102");
        device.send(new ForwarderEncapsulation(0, nodeId, message));
        ForwarderEncapsulation answer = expect(ForwarderEncapsulation.class);
        assertThat(answer.nodeId()).isEqualTo(nodeId);
        return answer.message();
    }

    @Test
    void shouldAdvertiseItselfSoThatTsharkCanReadIt() throws Exception {
        assumeMulticast();

        Tshark.Verdict verdict = tshark.awaitVerdict(this::isFromTheGateway);

        assertThat(verdict.types()).containsExactly(MessageType.ADVERTISE.code());
        assertThat(verdict.complaints()).as(verdict.octets()).isEmpty();
    }

    /** Skips the test where the loopback interface carries no multicast, whoever sends it. */
    private void assumeMulticast() {
        InetSocketAddress group = new InetSocketAddress(GROUP, 0);
        try (MulticastSocket ear = new MulticastSocket(0);
                MulticastSocket mouth = new MulticastSocket(0)) {
            ear.joinGroup(group, loopback);
            ear.setSoTimeout(PROBE_MILLIS);
            mouth.setNetworkInterface(loopback);
            mouth.send(new DatagramPacket(new byte[1], 1, group.getAddress(), ear.getLocalPort()));
            ear.receive(new DatagramPacket(new byte[1], 1));
        } catch (IOException e) {
            assumeTrue(false, "the loopback interface carries no multicast: " + e.getMessage());
        }
    }

    private <T extends SnMessage> T expect(Class<T> type) throws IOException {
        T message = device.expect(type);
        heard.add(message.type());
        return message;
    }

    private Publish acknowledged() throws IOException {
        Publish publish = expect(Publish.class);
        acknowledge(publish);
        return publish;
    }

    private void acknowledge(Publish publish) throws IOException {
        device.send(new PubAck(topicId(publish.topic()), publish.msgId(), ReturnCode.ACCEPTED));
    }

    private static int topicId(TopicRef topic) {
        if (topic instanceof TopicRef.ShortName shortName) {
            return shortName.name().charAt(0) << 8 | shortName.name().charAt(1);
        }
        return topic instanceof TopicRef.Predefined predefined ? predefined.id() : ((TopicRef.Normal) topic).id();
    }

    private static Publish publish(Qos qos, TopicRef topic, int msgId) {
        return new Publish(false, qos, false, topic, msgId, Payload.utf8("21.5"));
    }

    private static void send(
            Mqtt5BlockingClient application, String topic, MqttQos qos, boolean retain, String payload) {
        application
                .publishWith()
                .topic(topic)
                .qos(qos)
                .retain(retain)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
