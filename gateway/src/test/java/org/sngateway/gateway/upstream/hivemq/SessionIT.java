// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Connected;

/** How sessions begin, go on and end in both versions of MQTT, with a broker played by the test. */
class SessionIT {
    private static final UpstreamMessage WILL =
            new UpstreamMessage("gone", Payload.utf8("w"), Qos.AT_LEAST_ONCE, false);

    private static Spec spec(boolean begins, boolean keeps) {
        return new Spec("s", new Identity.OfDevice("s"), begins, keeps, WILL);
    }

    private static UpstreamConfig config(StubBroker broker, MqttVersion version) {
        return UpstreamConfigs.to(new ServerAddress("127.0.0.1", broker.port()))
                .version(version)
                .build();
    }

    /** The session expiry in a CONNECT of MQTT 5, which is its first property; 0 when there is none. */
    private static int sessionExpiry(StubBroker.Packet connect) {
        return connect.octet(10) > 0 && connect.octet(11) == 0x11 ? (connect.uint16(12) << 16) | connect.uint16(14) : 0;
    }

    // ---- beginning

    @ParameterizedTest
    @CsvSource({"true,true,false,86400", "true,false,true,0", "false,true,false,86400", "false,false,false,0"})
    void shouldBeginASessionOfMqtt5(boolean begins, boolean keeps, boolean cleanStart, int expiry) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(config(broker, MqttVersion.V5), spec(begins, keeps)).open();
                StubBroker.Client client = broker.accept()) {
            StubBroker.Packet connect = client.read();

            assertThat(connect.version()).isEqualTo(5);
            assertThat(connect.cleanStart()).isEqualTo(cleanStart);
            assertThat(sessionExpiry(connect)).isEqualTo(expiry);
            assertThat(connect.hasWill()).isTrue();
            client.sendConnAck();
            probe.awaitConnected();
        }
    }

    @ParameterizedTest
    @CsvSource({"true,false,true", "false,true,false", "false,false,true"})
    void shouldBeginASessionOfMqtt3(boolean begins, boolean keeps, boolean clean) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(config(broker, MqttVersion.V3_1_1), spec(begins, keeps)).open();
                StubBroker.Client client = broker.accept()) {
            StubBroker.Packet connect = client.read();

            assertThat(connect.version()).isEqualTo(4);
            assertThat(connect.cleanStart()).isEqualTo(clean);
            assertThat(connect.hasWill()).isTrue();
            client.sendConnAck3(0, 0);
            assertThat(probe.awaitConnected())
                    .isEqualTo(new BrokerOffer(false, 65_535, 19, Qos.EXACTLY_ONCE, true, false));
        }
    }

    @Test
    void shouldBeginAKeptSessionOfMqtt3WithTwoConnections() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(config(broker, MqttVersion.V3_1_1), spec(true, true)).open()) {
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isTrue();
            }
            probe.awaitDisconnected(); // does not count
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isTrue();
                client.sendConnAck3(0, 0);
                assertThat(client.read().type()).isEqualTo(StubBroker.DISCONNECT);
            }
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isFalse();
                assertThat(probe.eventsWithin(Duration.ZERO))
                        .as("told of the first")
                        .isEmpty();
                client.sendConnAck3(0, 0);
                assertThat(probe.awaitConnected().sessionPresent()).isFalse();
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isFalse();
                client.sendConnAck3(1, 0);
                assertThat(probe.awaitConnected().sessionPresent()).isTrue();
            }
        }
    }

    @Test
    void shouldEndAnEarlierSessionOfMqtt5BeforeItBeginsAKeptOne() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5), spec(true, true)).open()) {
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isFalse();
                client.sendSessionPresent();
                client.send(0x32, 7, 0, 1, 'a', 0, 1, 0, 'x'); // what waited in that session
                StubBroker.Packet disconnect = client.read(StubBroker.DISCONNECT);
                assertThat(disconnect.body()).isEqualTo(Payload.hex("00051100000000")); // session expiry 0
            }
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isFalse();
                assertThat(probe.eventsWithin(Duration.ZERO))
                        .as("told of the first")
                        .isEmpty();
                client.sendConnAck();
                assertThat(probe.awaitConnected().sessionPresent()).isFalse();
                client.send(0x30, 4, 0, 1, 'a', 0);
                assertThat(probe.awaitMessage().topic()).isEqualTo("a");
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().cleanStart()).isFalse();
                client.sendSessionPresent();
                assertThat(probe.awaitConnected().sessionPresent()).isTrue();
            }
        }
    }

    // ---- going on

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotSendSubscriptionsAgainByItself(boolean sessionPresent) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5)).open()) {
            CompletableFuture<List<FilterAnswer>> open;
            CompletableFuture<Boolean> unsubscribing;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                CompletableFuture<List<FilterAnswer>> answered = probe.subscribing(RetainHandling.SEND, "a");
                StubBroker.Packet subscribe = client.read(StubBroker.SUBSCRIBE);
                client.send(0x90, 4, subscribe.octet(0), subscribe.octet(1), 0, 1);
                answered.join();
                open = probe.subscribing(RetainHandling.DO_NOT_SEND, "b", "c");
                client.read(StubBroker.SUBSCRIBE);
                unsubscribing = probe.unsubscribe("a");
                client.read(StubBroker.UNSUBSCRIBE);
            }
            FilterAnswer congestion = new FilterAnswer.Refused(PublishOutcome.CONGESTION);
            assertThat(open.join()).containsExactly(congestion, congestion);
            assertThat(unsubscribing.join()).isFalse();

            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck(sessionPresent ? 1 : 0);
                probe.awaitConnected();
                assertThat(client.isSilent()).isTrue();

                // What follows is as on a first connection, messages included.
                CompletableFuture<List<FilterAnswer>> answered = probe.subscribing(RetainHandling.SEND, "d");
                StubBroker.Packet subscribe = client.read();
                assertThat(subscribe.type()).isEqualTo(StubBroker.SUBSCRIBE);
                client.send(0x90, 4, subscribe.octet(0), subscribe.octet(1), 0, 1);
                assertThat(answered.join()).containsExactly(new FilterAnswer.Granted(Qos.AT_LEAST_ONCE));
                client.send(0x30, 4, 0, 1, 'd', 0);
                assertThat(probe.awaitMessage().topic()).isEqualTo("d");
                assertThat(probe.eventsWithin(Duration.ofMillis(100)))
                        .as("brought once")
                        .isEmpty();
            }
        }
    }

    /** Those that nobody has taken yet are brought again, and all can be acknowledged. */
    @Test
    void shouldTakeMessagesThatComeWithTheAnswerToConnect() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5)).open()) {
            BrokerMessage before;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                client.send(0x32, 6, 0, 1, 'a', 0, 7, 0);
                before = probe.awaitMessage();
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.send(0x20, 3, 1, 0, 0, 0x3A, 6, 0, 1, 'a', 0, 7, 0, 0x32, 6, 0, 1, 'b', 0, 8, 0);
                BrokerMessage again = probe.awaitMessage();
                BrokerMessage next = probe.awaitMessage();
                assertThat(again.topic() + next.topic()).isEqualTo("ab");

                before.acknowledge().run();
                next.acknowledge().run();
                assertThat(client.isSilent()).as("in the order they came").isTrue();
                again.acknowledge().run();

                assertThat(client.read().packetId()).isEqualTo(7);
                assertThat(client.read().packetId()).isEqualTo(8);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldGoOnWithQos2WhereTheConnectionBroke(MqttVersion version) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, version), spec(false, true)).open()) {
            CompletableFuture<PublishOutcome> first;
            CompletableFuture<PublishOutcome> second;
            int firstId;
            int secondId;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                connAck(client, version, 0);
                probe.awaitConnected();
                first = probe.publish("a", Qos.EXACTLY_ONCE);
                second = probe.publish("b", Qos.EXACTLY_ONCE);
                StubBroker.Packet publish = client.read(StubBroker.PUBLISH);
                firstId = publish.packetId();
                secondId = client.read(StubBroker.PUBLISH).packetId();
                client.sendAck(StubBroker.PUBREC, publish);
                client.read(StubBroker.PUBREL);
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                connAck(client, version, 1);
                StubBroker.Packet release = client.read();
                assertThat(release.type()).isEqualTo(StubBroker.PUBREL);
                assertThat(release.packetId()).isEqualTo(firstId);
                StubBroker.Packet publish = client.read();
                assertThat(publish.type()).isEqualTo(StubBroker.PUBLISH);
                assertThat(publish.packetId()).isEqualTo(secondId);
                assertThat(publish.dup()).isTrue();
                client.sendAck(7, release);
                client.sendAck(StubBroker.PUBREC, publish);
                client.sendAck(7, client.read(StubBroker.PUBREL));
                assertThat(first.join()).isEqualTo(PublishOutcome.ACCEPTED);
                assertThat(second.join()).isEqualTo(PublishOutcome.ACCEPTED);
            }
        }
    }

    private static void connAck(StubBroker.Client client, MqttVersion version, int flags) throws IOException {
        if (version == MqttVersion.V5) {
            client.sendConnAck(flags);
        } else {
            client.sendConnAck3(flags, 0);
        }
    }

    /** As aedes does. */
    @Test
    void shouldBearABrokerThatDoesNotSayItSendsAMessageAgain() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(config(broker, MqttVersion.V3_1_1), spec(false, true)).open()) {
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck3(1, 0);
                client.send(0x34, 5, 0, 1, 'a', 0, 7);
                probe.awaitMessage().acknowledge().run();
                assertThat(client.read().type()).isEqualTo(StubBroker.PUBREC);
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck3(1, 0);
                client.send(0x34, 5, 0, 1, 'a', 0, 7);
                assertThat(client.read().type()).isEqualTo(StubBroker.PUBREC);
                client.send(0x62, 2, 0, 7);
                assertThat(client.read().type()).isEqualTo(7);
                assertThat(probe.eventsWithin(Duration.ofMillis(100)))
                        .noneMatch(ConnectionProbe.Message.class::isInstance);
            }
        }
    }

    @Test
    void shouldTellWhenAMessageExpires() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            client.send(0x30, 9, 0, 1, 'a', 5, 2, 0, 0, 1, 0);
            client.send(0x30, 4, 0, 1, 'a', 0);

            assertThat(probe.awaitMessage().expirySeconds()).isEqualTo(256);
            assertThat(probe.awaitMessage().expirySeconds()).isEqualTo(BrokerMessage.NO_EXPIRY);
        }
    }

    // ---- ending

    /** It could not be acknowledged: what has been taken would come a second time. */
    @Test
    void shouldLeaveToTheBrokerWhatCrossesItsDisconnect() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5), spec(false, true)).open()) {
            CompletableFuture<Void> closed;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                closed = probe.closeConnection(End.KEEP_SESSION);
                client.read(StubBroker.DISCONNECT);
                client.send(0x34, 6, 0, 1, 'a', 0, 7, 0);
            }
            closed.join();
            assertThat(probe.eventsWithin(Duration.ZERO))
                    .singleElement()
                    .isInstanceOf(ConnectionProbe.Disconnected.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KEEP_SESSION,''",
        "END_SESSION,'0,5,17,0,0,0,0'",
        "PUBLISH_WILL,'4'",
        "PUBLISH_WILL_AND_END_SESSION,'4,5,17,0,0,0,0'"
    })
    void shouldSayInMqtt5HowItEnds(End end, String octets) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5), spec(false, true)).open()) {
            CompletableFuture<Void> closed;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();

                closed = probe.closeConnection(end);

                StubBroker.Packet disconnect = client.read();
                assertThat(disconnect.type()).isEqualTo(StubBroker.DISCONNECT);
                StringBuilder body = new StringBuilder();
                for (int i = 0; i < disconnect.body().length(); i++) {
                    body.append(i == 0 ? "" : ",").append(disconnect.octet(i));
                }
                assertThat(body).hasToString(octets);
            }
            closed.join();
            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KEEP_SESSION,true,true,false",
        "KEEP_SESSION,false,true,false",
        "END_SESSION,true,true,true",
        "END_SESSION,false,true,false",
        "PUBLISH_WILL,true,false,false",
        "PUBLISH_WILL,false,false,false",
        "PUBLISH_WILL_AND_END_SESSION,true,false,true",
        "PUBLISH_WILL_AND_END_SESSION,false,false,false"
    })
    void shouldEndInMqtt3AsThatCan(End end, boolean keeps, boolean disconnects, boolean endsSession) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(config(broker, MqttVersion.V3_1_1), spec(false, keeps)).open()) {
            CompletableFuture<Void> closed;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck3(0, 0);
                probe.awaitConnected();

                closed = probe.closeConnection(end);

                if (disconnects) {
                    assertThat(client.read().type()).isEqualTo(StubBroker.DISCONNECT);
                }
                assertThat(client.isClosed()).isTrue();
            }
            if (endsSession) {
                try (StubBroker.Client client = broker.accept()) {
                    StubBroker.Packet connect = client.read();
                    assertThat(connect.cleanStart()).isTrue();
                    assertThat(connect.hasWill()).isFalse();
                    client.sendConnAck3(0, 0);
                    assertThat(client.read().type()).isEqualTo(StubBroker.DISCONNECT);
                }
            }
            closed.join();
            assertThatThrownBy(() -> broker.accept(300)).isInstanceOf(SocketTimeoutException.class);
            assertThat(probe.eventsWithin(Duration.ZERO))
                    .as("told of the connection that ends the session")
                    .noneMatch(Connected.class::isInstance);
        }
    }

    @Test
    void shouldNotTellWhatBecomesOfMessagesWhenItIsClosed() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(config(broker, MqttVersion.V5)).open()) {
            CompletableFuture<PublishOutcome> underWay;
            CompletableFuture<Void> closed;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                underWay = probe.publish("a", Qos.AT_LEAST_ONCE);
                client.read(StubBroker.PUBLISH);
                closed = probe.closeConnection();
                client.read(StubBroker.DISCONNECT);
            }
            closed.join();

            assertThat(probe.eventsWithin(Duration.ofMillis(100))).hasSize(1);
            assertThat(underWay).isNotDone();
        }
    }
}
