// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.MosquittoProcess;

/** One connection against a Mosquitto. */
class HivemqConnectionIT {
    private static final Duration A_WHILE = Duration.ofSeconds(1);
    /** In a while, by a back-off that starts at 100 ms less a half and doubles up to 400 ms: 50, 100, 200, 200, 200, 200. */
    private static final int MOST_ATTEMPTS_IN_A_WHILE = 8;

    @TempDir
    private Path directory;

    @BeforeEach
    void needMosquitto() {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
    }

    @ParameterizedTest
    @EnumSource(
            value = Qos.class,
            names = {"AT_MOST_ONCE", "AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void shouldPublishAndReceive(Qos qos) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            assertThat(probe.subscribe("a/+")).containsExactly(new FilterAnswer.Granted(Qos.AT_LEAST_ONCE));

            assertThat(probe.publish("a/b", qos).join()).isEqualTo(PublishOutcome.ACCEPTED);

            BrokerMessage message = probe.awaitMessage();
            assertThat(message.topic()).isEqualTo("a/b");
            assertThat(message.payload()).isEqualTo(Payload.utf8("x"));
            assertThat(message.qos()).isEqualTo(qos.min(Qos.AT_LEAST_ONCE));
            assertThat(message.retained()).isFalse();
        }
    }

    @Test
    void shouldSayWhichMessagesAreRetained() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            probe.publish(new UpstreamMessage("a", Payload.utf8("kept"), Qos.AT_LEAST_ONCE, true))
                    .join();

            probe.subscribe("a");

            assertThat(probe.awaitMessage().retained()).isTrue();
        }
    }

    @Test
    void shouldReceiveNothingMoreAfterUnsubscribing() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            probe.subscribe("a", "b", "c");
            assertThat(probe.unsubscribe("a", "b").join()).isTrue();

            probe.publish("a", Qos.AT_LEAST_ONCE).join();
            probe.publish("c", Qos.AT_LEAST_ONCE).join();

            assertThat(probe.awaitMessage().topic()).isEqualTo("c");
        }
    }

    @Test
    void shouldSayWhatTheBrokerRefuses() throws Exception {
        Path rules = Files.write(directory.resolve("acl"), List.of("topic readwrite ok/#"));
        try (MosquittoProcess broker = MosquittoProcess.start(directory, "acl_file " + rules);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();

            assertThat(probe.publish("no", Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.publish("no", Qos.EXACTLY_ONCE).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.subscribe("ok/a", "no")).first().isInstanceOf(FilterAnswer.Granted.class);
        }
    }

    @Test
    void shouldSurviveAListenerThatThrows() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            probe.subscribe("a");

            probe.failure = new AssertionError("thrown by the listener");
            probe.publish("a", Qos.AT_LEAST_ONCE).join();
            probe.awaitMessage();
            probe.publish("a", Qos.AT_LEAST_ONCE).join();

            probe.awaitMessage();
            assertThat(probe.loop.failedTasks()).isEqualTo(1);
        }
    }

    // ---- what would make the broker close the connection

    @ParameterizedTest
    @ValueSource(ints = {1, 0x1F, 0x7F, 0x9F, 0xFFFE, 0xFDD0, 0x1FFFF})
    void shouldNotSendTopicsWithCharactersThatBrokersReject(int codePoint) throws Exception {
        refusesAndStaysConnected(Character.toString(codePoint));
    }

    @Test
    void shouldNotSendTopicsWithMoreLevelsThanBrokersTake() throws Exception {
        refusesAndStaysConnected("a" + "/a".repeat(201));
    }

    private void refusesAndStaysConnected(String topic) throws IOException, InterruptedException {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();

            assertThat(probe.publish(topic, Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.publish(topic, Qos.AT_MOST_ONCE).join()).isEqualTo(PublishOutcome.REFUSED);

            assertThat(probe.publish("a" + "/a".repeat(200), Qos.AT_LEAST_ONCE).join())
                    .isEqualTo(PublishOutcome.ACCEPTED);
            assertThat(probe.eventsWithin(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void shouldNotSendWhatTheBrokerSaysItDoesNotTake() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(
                        directory, "retain_available false", "max_qos 1", "max_packet_size 200");
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();

            UpstreamMessage retained = new UpstreamMessage("a", Payload.EMPTY, Qos.AT_LEAST_ONCE, true);
            UpstreamMessage large = new UpstreamMessage("a", Payload.wrap(new byte[200]), Qos.AT_LEAST_ONCE, false);
            UpstreamMessage largeQos0 = new UpstreamMessage("a", Payload.wrap(new byte[200]), Qos.AT_MOST_ONCE, false);
            assertThat(probe.publish(retained).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.publish("a", Qos.EXACTLY_ONCE).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.publish(large).join()).isEqualTo(PublishOutcome.REFUSED);
            assertThat(probe.publish(largeQos0).join()).isEqualTo(PublishOutcome.REFUSED);

            assertThat(probe.publish("a", Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
            assertThat(probe.eventsWithin(Duration.ZERO)).isEmpty();
        }
    }

    // ---- connecting

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 500})
    void shouldTellHowManyMessagesTheBrokerTakes(int receiveMaximum) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory, "max_inflight_messages " + receiveMaximum);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            assertThat(probe.awaitConnected().sendMaximum()).isEqualTo(receiveMaximum);
        }
    }

    @Test
    void shouldConnectWhenTheBrokerComesLater() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory)) {
            broker.kill();
            try (ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
                assertThat(probe.awaitDisconnected().reason()).contains("refused");
                assertThat(probe.eventsWithin(A_WHILE)).hasSizeBetween(1, MOST_ATTEMPTS_IN_A_WHILE);

                broker.restart();

                probe.awaitConnected();
                assertThat(probe.publish("a", Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
            }
        }
    }

    @Test
    void shouldGoOnTryingAnUnknownHost() throws Exception {
        List<ServerAddress> nowhere = List.of(new ServerAddress("broker.invalid", 1883));
        try (ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(nowhere, null, null)).open()) {
            assertThat(probe.awaitDisconnected().reason()).isEqualTo("unknown host broker.invalid");
            probe.awaitDisconnected();
            assertThat(probe.eventsWithin(A_WHILE)).hasSizeLessThanOrEqualTo(MOST_ATTEMPTS_IN_A_WHILE);
        }
    }

    @Test
    void shouldTryTheNextServer() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory)) {
            List<ServerAddress> servers = List.of(
                    new ServerAddress("broker.invalid", 1883),
                    new ServerAddress("127.0.0.1", MosquittoProcess.freePort()),
                    new ServerAddress("127.0.0.1", broker.port()));
            try (ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(servers, null, null)).open()) {
                assertThat(probe.awaitDisconnected().reason()).contains("unknown host");
                assertThat(probe.awaitDisconnected().reason()).contains("refused");
                probe.awaitConnected();

                broker.kill();
                probe.awaitDisconnected();
                assertThat(probe.awaitDisconnected().reason()).contains("unknown host");
                broker.restart();
                probe.awaitConnected();
            }
        }
    }

    @Test
    void shouldGoOnTryingWithAWrongPassword() throws Exception {
        Path passwords = Files.writeString(
                directory.resolve("passwords"), MosquittoProcess.passwordLine("gateway", "right") + "\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "wrong\n");
        Path right = Files.writeString(directory.resolve("right"), "right\n");
        try (MosquittoProcess broker =
                MosquittoProcess.start(directory, "allow_anonymous false", "password_file " + passwords)) {
            List<ServerAddress> servers = List.of(new ServerAddress("127.0.0.1", broker.port()));
            try (ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(servers, "gateway", wrong)).open()) {
                assertThat(probe.awaitDisconnected().reason()).contains("NOT_AUTHORIZED");
                assertThat(probe.eventsWithin(A_WHILE)).hasSizeBetween(1, MOST_ATTEMPTS_IN_A_WHILE);
            }
            try (ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(servers, "gateway", right)).open()) {
                probe.awaitConnected();
            }
        }
    }

    // ---- the broker dies

    /** It was killed before it wrote the session down, and it says so. */
    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldCompleteWhatIsUnderWayWhenTheBrokerIsBack(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory, MosquittoProcess.persistent());
                ConnectionProbe probe = new ConnectionProbe(config(broker, version)).open()) {
            probe.awaitConnected();
            probe.subscribe("a/+", "b");
            // Mosquitto writes to its disk what it has acknowledged, so what it acknowledged before that is there when
            // these are.
            probe.publish("later", Qos.AT_LEAST_ONCE).join();
            probe.publish("later", Qos.AT_LEAST_ONCE).join();

            broker.freeze();
            List<CompletableFuture<PublishOutcome>> underWay = IntStream.range(0, 100)
                    .mapToObj(i -> probe.publish("d", Qos.AT_LEAST_ONCE))
                    .toList();
            assertThat(probe.eventsWithin(Duration.ofMillis(200))).isEmpty();
            assertThat(underWay).noneMatch(CompletableFuture::isDone);
            broker.kill();
            probe.awaitDisconnected();
            broker.restart();
            if (!probe.awaitConnected().sessionPresent()) {
                probe.subscribe("a/+", "b");
            }

            assertThat(underWay)
                    .allSatisfy(outcome -> assertThat(outcome.join()).isEqualTo(PublishOutcome.ACCEPTED));
            for (String topic : List.of("a/x", "b")) {
                probe.publish(topic, Qos.AT_LEAST_ONCE).join();
                BrokerMessage message = probe.awaitMessage();
                assertThat(message.topic()).isEqualTo(topic);
                message.acknowledge().run();
            }
        }
    }

    private static UpstreamConfig config(MosquittoProcess broker, MqttVersion version) {
        return UpstreamConfigs.to(new ServerAddress("127.0.0.1", broker.port()))
                .version(version)
                .build();
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldFindTheSessionThatTheBrokerHasKept(MqttVersion version) throws Exception {
        Spec first = new Spec("kept", new Identity.OfGateway(), true, true, null);
        Spec second = new Spec("kept", new Identity.OfGateway(), false, true, null);
        try (MosquittoProcess broker = MosquittoProcess.start(directory)) {
            try (ConnectionProbe probe = new ConnectionProbe(config(broker, version), first).open()) {
                assertThat(probe.awaitConnected().sessionPresent()).isFalse();
                probe.subscribe("a");
            }
            try (ConnectionProbe other = new ConnectionProbe(config(broker, version)).open()) {
                other.awaitConnected();
                assertThat(other.publish("a", Qos.AT_LEAST_ONCE).join()).isEqualTo(PublishOutcome.ACCEPTED);
            }
            try (ConnectionProbe probe = new ConnectionProbe(config(broker, version), second).open()) {
                assertThat(probe.awaitConnected().sessionPresent()).isTrue();
                BrokerMessage message = probe.awaitMessage();
                assertThat(message.topic()).isEqualTo("a");
                message.acknowledge().run();
                probe.closeConnection(End.END_SESSION).join();
            }
            try (ConnectionProbe probe = new ConnectionProbe(config(broker, version), second).open()) {
                assertThat(probe.awaitConnected().sessionPresent()).isFalse();
            }
            try (ConnectionProbe probe = new ConnectionProbe(config(broker, version), first).open()) {
                assertThat(probe.awaitConnected().sessionPresent()).isFalse();
            }
        }
    }

    /** Mosquitto does not write sessions that began with a clean start to disk. */
    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldBeginASessionThatSurvivesAKillOfTheBroker(MqttVersion version) throws Exception {
        Spec begins = new Spec("kept", new Identity.OfGateway(), true, true, null);
        try (MosquittoProcess broker = MosquittoProcess.start(directory, "persistence true")) {
            for (int earlier = 0; earlier < 2; earlier++) {
                try (ConnectionProbe probe = new ConnectionProbe(config(broker, version), begins).open()) {
                    assertThat(probe.awaitConnected().sessionPresent()).isFalse();
                    probe.subscribe("a");

                    broker.save();
                    broker.kill();
                    probe.awaitDisconnected();
                    broker.restart();

                    assertThat(probe.awaitConnected().sessionPresent()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "V5,KEEP_SESSION,false",
        "V5,END_SESSION,false",
        "V5,PUBLISH_WILL,true",
        "V5,PUBLISH_WILL_AND_END_SESSION,true",
        "V3_1_1,KEEP_SESSION,false",
        "V3_1_1,END_SESSION,false",
        "V3_1_1,PUBLISH_WILL,true",
        "V3_1_1,PUBLISH_WILL_AND_END_SESSION,true"
    })
    void shouldHaveTheWillPublishedOrNot(MqttVersion version, End end, boolean published) throws Exception {
        UpstreamMessage will = new UpstreamMessage("will", Payload.utf8("gone"), Qos.AT_LEAST_ONCE, false);
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe other = new ConnectionProbe(config(broker, version)).open()) {
            other.awaitConnected();
            other.subscribe("will", "end");
            try (ConnectionProbe probe = new ConnectionProbe(
                            config(broker, version), new Spec("w", new Identity.OfGateway(), true, true, will))
                    .open()) {
                probe.awaitConnected();
                probe.closeConnection(end).join();
            }
            if (published) {
                BrokerMessage message = other.awaitMessage();
                assertThat(message.topic()).isEqualTo("will");
                message.acknowledge().run();
            }
            other.publish("end", Qos.AT_LEAST_ONCE).join();
            assertThat(other.awaitMessage().topic()).isEqualTo("end");
        }
    }

    @Test
    void shouldAnswerASubscribeThatWasUnderWayWhenTheBrokerDied() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            broker.freeze();
            CompletableFuture<List<FilterAnswer>> answer = probe.subscribing(RetainHandling.SEND, "a", "b");
            assertThat(probe.eventsWithin(Duration.ofMillis(200))).isEmpty();
            broker.kill();
            probe.awaitDisconnected();

            FilterAnswer congestion = new FilterAnswer.Refused(PublishOutcome.CONGESTION);
            assertThat(answer.join()).containsExactly(congestion, congestion);
        }
    }

    @Test
    void shouldAskForRetainedMessagesOnlyWhenTheyAreWanted() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            probe.publish(new UpstreamMessage("a", Payload.utf8("kept"), Qos.AT_LEAST_ONCE, true))
                    .join();

            probe.subscribing(RetainHandling.DO_NOT_SEND, "a").join();
            probe.publish("a", Qos.AT_LEAST_ONCE).join();

            BrokerMessage message = probe.awaitMessage();
            assertThat(message.retained()).isFalse();
        }
    }

    // ---- closing

    @Test
    void shouldTellTheListenerWhenItIsClosed() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();

            probe.closeConnection().join();

            probe.awaitDisconnected();
            assertThat(probe.eventsWithin(A_WHILE)).isEmpty();
        }
    }

    @Test
    void shouldNotReconnectWhenClosedWhileReconnecting() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            probe.awaitConnected();
            broker.kill();
            probe.awaitDisconnected();

            probe.closeConnection().join();

            try (StubBroker successor = new StubBroker(broker.port())) {
                assertThatThrownBy(() -> successor.accept((int) A_WHILE.toMillis()))
                        .isInstanceOf(SocketTimeoutException.class);
            }
        }
    }
}
