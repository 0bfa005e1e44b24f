// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Connected;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Disconnected;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Event;

/** What a real broker does not do at will, with one played by the test. */
class HivemqReconnectIT {
    @Test
    void shouldEndAnEarlierSessionUntilOneIsBegunAndResumeItThen() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            for (int attempt = 0; attempt < 2; attempt++) {
                try (StubBroker.Client client = broker.accept()) {
                    client.read();
                }
                probe.awaitDisconnected();
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent();
                assertThat(client.read().type()).isEqualTo(StubBroker.DISCONNECT);
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent();
                assertThat(probe.awaitConnected().sessionPresent()).isTrue();
            }
        }
    }

    @Test
    void shouldTellInOrderWhenTheBrokerAcceptsAndClosesAtOnce() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                acceptAndClose(broker);
                events.addAll(probe.eventsWithin(Duration.ofMillis(40))); // less than the shortest back-off
                while (events.stream().filter(Disconnected.class::isInstance).count() <= i) {
                    events.addAll(probe.eventsWithin(Duration.ofMillis(10)));
                }
                assertThat(events).hasSize(2 * i + 2);
                assertThat(events.get(2 * i)).isInstanceOf(Connected.class);
                assertThat(events.get(2 * i + 1)).isInstanceOf(Disconnected.class);
            }
        }
    }

    @Test
    void shouldBackOffFromABrokerThatClosesEveryConnection() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            for (int i = 0; i < 4; i++) {
                acceptAndClose(broker);
                probe.awaitDisconnected();
            }

            // The next attempt comes after 200 to 400 ms.
            assertThatThrownBy(() -> broker.accept(150)).isInstanceOf(SocketTimeoutException.class);
            acceptAndClose(broker);
        }
    }

    @Test
    void shouldNotGiveAMessageUpForABrokerThatClosesEveryConnection() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            CompletableFuture<PublishOutcome> outcome;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                outcome = probe.publish("a", Qos.AT_LEAST_ONCE);
                client.read(StubBroker.PUBLISH);
            }
            for (int i = 0; i < ForbiddenPublishes.LOSSES + ForbiddenPublishes.LOSSES_ALONE + 1; i++) {
                try (StubBroker.Client client = broker.accept()) {
                    client.read();
                    client.sendSessionPresent();
                }
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent();
                client.sendAck(StubBroker.PUBACK, client.read(StubBroker.PUBLISH));
                assertThat(outcome.join()).isEqualTo(PublishOutcome.ACCEPTED);
            }
            assertThat(probe.counters.publishesGivenUp.sum()).isZero();
        }
    }

    @Test
    void shouldGiveUpTheMessageThatTakesEveryConnectionDown() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            CompletableFuture<PublishOutcome> before;
            CompletableFuture<PublishOutcome> bad;
            CompletableFuture<PublishOutcome> after;
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                before = probe.publish("before", Qos.EXACTLY_ONCE);
                bad = probe.publish("bad", Qos.EXACTLY_ONCE);
                after = probe.publish("after", Qos.EXACTLY_ONCE);
                awaitTopic(client, "after");
            }
            for (int i = 1; i < ForbiddenPublishes.LOSSES; i++) {
                closeAt(broker, "after");
            }
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent();
                StubBroker.Packet alone = client.read(StubBroker.PUBLISH);
                assertThat(alone.topic()).isEqualTo("before");
                assertThat(client.isSilent()).as("the next waits").isTrue();
                client.sendAck(StubBroker.PUBREC, alone);
                awaitTopic(client, "bad");
            }
            closeAt(broker, "bad");
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent();
                // The one before is known to the broker, so what is left of it is its end.
                client.sendAck(StubBroker.PUBCOMP, client.read(StubBroker.PUBREL));
                StubBroker.Packet last = client.read(StubBroker.PUBLISH);
                assertThat(last.topic()).isEqualTo("after");
                client.sendAck(StubBroker.PUBREC, last);
                client.sendAck(StubBroker.PUBCOMP, client.read(StubBroker.PUBREL));

                assertThat(bad.join()).isEqualTo(PublishOutcome.REFUSED);
                assertThat(before.join()).isEqualTo(PublishOutcome.ACCEPTED);
                assertThat(after.join()).isEqualTo(PublishOutcome.ACCEPTED);
            }
            assertThat(probe.counters.publishesGivenUp.sum()).isEqualTo(1);
        }
    }

    /** Takes the next connection and closes it when a message on this topic comes. */
    private static void closeAt(StubBroker broker, String topic) throws IOException {
        try (StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendSessionPresent();
            awaitTopic(client, topic);
        }
    }

    private static void awaitTopic(StubBroker.Client client, String topic) throws IOException {
        while (!client.read(StubBroker.PUBLISH).topic().equals(topic)) {
            // one before it
        }
    }

    private static void acceptAndClose(StubBroker broker) throws IOException {
        try (StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
        }
    }

    @Test
    void shouldAcknowledgeToTheBrokerOnlyWhenTold() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            client.send(0x32, 6, 0, 1, 'a', 0, 7, 0); // QoS 1, topic a, packet identifier 7, empty
            BrokerMessage message = probe.awaitMessage();
            assertThat(client.isSilent()).isTrue();

            message.acknowledge().run(); // off the loop

            StubBroker.Packet answer = client.read();
            assertThat(answer.type()).isEqualTo(StubBroker.PUBACK);
            assertThat(answer.octet(1)).isEqualTo(7);
        }
    }

    @Test
    void shouldTakeAnAnswerOfTheWrongLengthForNone() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            probe.awaitConnected();
            CompletableFuture<List<FilterAnswer>> answers =
                    CompletableFuture.supplyAsync(() -> probe.subscribe("a", "b"));
            StubBroker.Packet subscribe = client.read();
            assertThat(subscribe.type()).isEqualTo(StubBroker.SUBSCRIBE);

            client.send(0x90, 4, subscribe.octet(0), subscribe.octet(1), 0, 1);

            FilterAnswer congestion = new FilterAnswer.Refused(PublishOutcome.CONGESTION);
            assertThat(answers.join()).containsExactly(congestion, congestion);
        }
    }

    @Test
    void shouldTellTheReasonTheBrokerGives() throws Exception {
        int sessionTakenOver = 0x8E;
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            probe.awaitConnected();

            client.send(0xE0, 1, sessionTakenOver);

            assertThat(probe.awaitDisconnected().reason()).contains("SESSION_TAKEN_OVER");
        }
    }

    @Test
    void shouldDisconnectAgainWhenClosedBeforeTheBrokerAccepts() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            try (StubBroker.Client client = broker.accept()) {
                assertThat(client.read().type()).isEqualTo(StubBroker.CONNECT);
                probe.closeConnection().join();

                client.sendConnAck();

                assertThat(client.read().type()).isEqualTo(StubBroker.DISCONNECT);
            }
            assertThatThrownBy(() -> broker.accept(1_000)).isInstanceOf(SocketTimeoutException.class);
            assertThat(probe.eventsWithin(Duration.ZERO)).noneMatch(Connected.class::isInstance);
        }
    }

    @Test
    void shouldNotConnectWhenClosedBeforeTheNextAttempt() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            for (int i = 0; i < 4; i++) {
                acceptAndClose(broker);
                probe.awaitDisconnected();
            }
            // The next attempt comes after 200 to 400 ms.
            assertThat(probe.eventsWithin(Duration.ofMillis(50))).isEmpty();

            probe.closeConnection().join();

            assertThatThrownBy(() -> broker.accept(1_000)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void shouldNotConnectWhenClosedBeforeTheFirstAttempt() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port()))) {
            probe.closeConnection().join();
            probe.open();

            assertThatThrownBy(() -> broker.accept(300)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void shouldNotBlockTheLoopWithMessagesTheBrokerDoesNotRead() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            int window = Math.min(probe.awaitConnected().sendMaximum(), 5_000);

            for (int i = 0; i < window; i++) {
                var unused = probe.publish("a" + "/a".repeat(200), Qos.AT_LEAST_ONCE);
            }

            assertThat(probe.eventsWithin(Duration.ofMillis(100)))
                    .as("answered by the loop")
                    .isEmpty();
        }
    }
}
