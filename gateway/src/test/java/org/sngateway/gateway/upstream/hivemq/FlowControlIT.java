// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

/** What a broker takes: so many messages, so large, with so many topic aliases. */
class FlowControlIT {
    private static final int PUBCOMP = 7;

    private static int[] receiveMaximum(int maximum) {
        return new int[] {0x21, maximum >> 8, maximum & 0xFF};
    }

    private static int[] maximumPacketSize(int octets, int topicAliases) {
        return new int[] {0x27, 0, 0, octets >> 8, octets & 0xFF, 0x22, 0, topicAliases};
    }

    /** Answers what comes until {@code messages} are complete. */
    private static void acknowledge(StubBroker.Client client, int messages) throws IOException {
        int complete = 0;
        while (complete < messages) {
            StubBroker.Packet packet = client.read();
            if (packet.type() == StubBroker.PUBREL) {
                client.sendAck(PUBCOMP, packet);
                complete++;
            } else if (packet.type() == StubBroker.PUBLISH && packet.qos() == 2) {
                client.sendAck(StubBroker.PUBREC, packet);
            } else if (packet.type() == StubBroker.PUBLISH) {
                if (packet.qos() == 1) {
                    client.sendAck(StubBroker.PUBACK, packet);
                }
                complete++;
            }
        }
    }

    // ---- how many

    @ParameterizedTest
    @EnumSource(
            value = Qos.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void shouldGoOnWhenTheBrokerTakesLessThanBefore(Qos qos) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                for (int i = 0; i < 100; i++) {
                    outcomes.add(probe.publish("a/" + i, qos));
                    client.read(StubBroker.PUBLISH);
                }
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent(receiveMaximum(2));
                assertThat(probe.awaitConnected().sendMaximum()).isEqualTo(2);
                acknowledge(client, 100);
                assertThat(outcomes).allMatch(outcome -> outcome.join() == PublishOutcome.ACCEPTED);

                // Two under way, and then some that need no answer.
                outcomes.clear();
                outcomes.add(probe.publish("b", qos));
                outcomes.add(probe.publish("c", qos));
                outcomes.add(probe.publish("d", Qos.AT_MOST_ONCE));
                outcomes.add(probe.publish("e", Qos.AT_MOST_ONCE));
                acknowledge(client, 4);
                assertThat(outcomes).allMatch(outcome -> outcome.join() == PublishOutcome.ACCEPTED);
            }
        }
    }

    /** The client then has messages in a queue of its own, besides those that it has sent. */
    @Test
    void shouldGoOnWhenTheBrokerTakesLessThanWasNotEvenSent() throws Exception {
        Payload large = Payload.wrap(new byte[60_000]);
        int messages = 300;
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendConnAck();
                probe.awaitConnected();
                for (int i = 0; i < messages; i++) {
                    outcomes.add(probe.publish(new UpstreamMessage("a/" + i, large, Qos.AT_LEAST_ONCE, false)));
                }
                assertThat(probe.eventsWithin(Duration.ofMillis(200))).isEmpty();
            }
            probe.awaitDisconnected();
            try (StubBroker.Client client = broker.accept()) {
                client.read();
                client.sendSessionPresent(receiveMaximum(3));
                probe.awaitConnected();
                for (int i = 0; i < messages; i++) {
                    StubBroker.Packet publish = client.read();
                    assertThat(publish.topic()).isEqualTo("a/" + i);
                    client.sendAck(StubBroker.PUBACK, publish);
                }
                assertThat(outcomes).allMatch(outcome -> outcome.join() == PublishOutcome.ACCEPTED);
            }
        }
    }

    @Test
    void shouldNotSendMoreThanTheBrokerTakes() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck(0, receiveMaximum(2));
            probe.awaitConnected();
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                outcomes.add(probe.publish("a", Qos.AT_LEAST_ONCE));
            }
            StubBroker.Packet first = client.read();
            StubBroker.Packet second = client.read();
            assertThat(client.isSilent()).isTrue();
            client.sendAck(StubBroker.PUBACK, first);
            client.sendAck(StubBroker.PUBACK, second);
            acknowledge(client, 3);
            assertThat(outcomes).allMatch(outcome -> outcome.join() == PublishOutcome.ACCEPTED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65_535})
    void shouldAnnounceWhatTheGatewayTakes(int maximum) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(
                                UpstreamConfigs.to(new ServerAddress("127.0.0.1", broker.port()))
                                        .receiveMaximum(maximum)
                                        .build())
                        .open();
                StubBroker.Client client = broker.accept()) {
            StubBroker.Packet connect = client.read();
            client.sendConnAck();
            probe.awaitConnected();

            // Session expiry, five octets, stands before it; the protocol's own default is not sent.
            assertThat(connect.octet(16) == 0x21 ? connect.uint16(17) : 65_535).isEqualTo(maximum);
        }
    }

    @Test
    void shouldPublishWithNoHigherQosThanConfigured() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(
                                UpstreamConfigs.to(new ServerAddress("127.0.0.1", broker.port()))
                                        .maxQos(1)
                                        .build())
                        .open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            probe.awaitConnected();
            CompletableFuture<PublishOutcome> outcome = probe.publish("a", Qos.EXACTLY_ONCE);
            StubBroker.Packet publish = client.read();

            assertThat(publish.qos()).isEqualTo(1);
            client.sendAck(StubBroker.PUBACK, publish);
            assertThat(outcome.join()).isEqualTo(PublishOutcome.ACCEPTED);
        }
    }

    // ---- how large

    /** With aliases, three octets are kept free for one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void shouldRefuseWhatIsTooLargeAndNothingElse(int topicAliases) throws Exception {
        int limit = 200;
        int overhead = 1 + 2 + 2 + 2 + 2 + 1 + (topicAliases > 0 ? 3 : 0); // with a topic of two octets
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck(0, maximumPacketSize(limit, topicAliases));
            probe.awaitConnected();

            assertThat(probe.publish(message("é", limit - overhead + 1)).join()).isEqualTo(PublishOutcome.REFUSED);
            CompletableFuture<PublishOutcome> fits = probe.publish(message("é", limit - overhead));
            StubBroker.Packet publish = client.read();
            assertThat(publish.topic()).isEqualTo("é");
            assertThat(publish.body().length()).isEqualTo(limit - 3);
            client.sendAck(StubBroker.PUBACK, publish);
            assertThat(fits.join()).isEqualTo(PublishOutcome.ACCEPTED);
        }
    }

    private static UpstreamMessage message(String topic, int octets) {
        return new UpstreamMessage(topic, Payload.wrap(new byte[octets]), Qos.AT_LEAST_ONCE, false);
    }

    @Test
    void shouldSubscribeInSmallerPacketsWhenOneIsTooLarge() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck(0, maximumPacketSize(100, 0));
            probe.awaitConnected();
            String tooLarge = "t".repeat(100);
            CompletableFuture<List<FilterAnswer>> answers =
                    probe.subscribing(RetainHandling.SEND, "a".repeat(60), "b".repeat(60), tooLarge, "c".repeat(60));
            for (int i = 0; i < 3; i++) {
                StubBroker.Packet subscribe = client.read();
                client.send(0x90, 4, subscribe.octet(0), subscribe.octet(1), 0, i % 2);
            }
            assertThat(answers.join())
                    .containsExactly(
                            new FilterAnswer.Granted(Qos.AT_MOST_ONCE),
                            new FilterAnswer.Granted(Qos.AT_LEAST_ONCE),
                            new FilterAnswer.Refused(PublishOutcome.REFUSED),
                            new FilterAnswer.Granted(Qos.AT_MOST_ONCE));

            CompletableFuture<Boolean> unsubscribed = probe.unsubscribe("a".repeat(60), "b".repeat(60));
            for (int i = 0; i < 2; i++) {
                StubBroker.Packet unsubscribe = client.read();
                client.send(0xB0, 4, unsubscribe.octet(0), unsubscribe.octet(1), 0, 0);
            }
            assertThat(unsubscribed.join()).isTrue();
        }
    }

    // ---- topic aliases

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10, 65_535})
    void shouldNameTopicsSoThatTheBrokerKnowsThem(int topicAliases) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open()) {
            for (int connection = 0; connection < 2; connection++) {
                try (StubBroker.Client client = broker.accept()) {
                    client.read();
                    client.sendConnAck(connection, 0x22, topicAliases >> 8, topicAliases & 0xFF);
                    probe.awaitConnected();
                    Map<Integer, String> known = new HashMap<>();
                    int named = 0;
                    for (int i = 0; i < 500; i++) {
                        String topic = "t/" + Math.min(29, (int) Math.abs(random.nextGaussian() * 8));
                        var unused = probe.publish(topic, Qos.AT_MOST_ONCE);
                        StubBroker.Packet publish = client.read();
                        int alias = publish.topicAlias();
                        assertThat(alias).as("seed %d", seed).isLessThanOrEqualTo(topicAliases);
                        if (publish.topic().isEmpty()) {
                            named++;
                            assertThat(known.get(alias))
                                    .as("seed %d, message %d", seed, i)
                                    .isEqualTo(topic);
                        } else {
                            assertThat(publish.topic()).isEqualTo(topic);
                            known.put(alias, topic);
                        }
                    }
                    assertThat(named).as("saved").isPositive();
                }
                probe.awaitDisconnected();
            }
        }
    }

    @Test
    void shouldNotTakeAnAliasForKnownThatWasInAMessageTooLargeToSend() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(UpstreamConfigs.of(broker.port())).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck(0, maximumPacketSize(100, 5));
            probe.awaitConnected();
            for (int octets = 80; octets <= 100; octets++) {
                UpstreamMessage perhapsTooLarge =
                        new UpstreamMessage("t/" + octets, Payload.wrap(new byte[octets]), Qos.AT_MOST_ONCE, false);
                CompletableFuture<PublishOutcome> outcome = probe.publish(perhapsTooLarge);
                var unused = probe.publish("t/" + octets, Qos.AT_MOST_ONCE);

                assertThat(client.read().topic()).as("the first on its topic").isEqualTo("t/" + octets);
                if (outcome.join() == PublishOutcome.ACCEPTED) {
                    client.read();
                }
            }
        }
    }
}
