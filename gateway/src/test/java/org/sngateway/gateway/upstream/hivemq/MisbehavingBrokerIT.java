// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.ServerAddress.Scheme;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;
import org.sngateway.gateway.upstream.Disconnection.Cause;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Connected;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Disconnected;
import org.sngateway.gateway.upstream.hivemq.ConnectionProbe.Event;

/** Brokers that do what none should: each is told as what it is, waited for with patience, and said once. */
class MisbehavingBrokerIT {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private static UpstreamConfigs to(Scheme scheme, StubBroker broker) {
        return UpstreamConfigs.to(
                        new ServerAddress(scheme, "127.0.0.1", broker.port(), scheme.isWebSocket() ? "/mqtt" : ""))
                .connectTimeout(SHORT);
    }

    private static UpstreamConfig mqtt(StubBroker broker, MqttVersion version) {
        return to(Scheme.MQTT, broker).version(version).build();
    }

    // ---- silent

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void shouldNotWaitForeverForABrokerThatSaysNothing(Scheme scheme) throws Exception {
        Path authority = new Certificates(directory).authority();
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(
                                to(scheme, broker).tls(authority, null, null).build())
                        .open();
                StubBroker.Client client = broker.accept()) {
            Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).as(told.reason()).isEqualTo(Cause.TIMEOUT);
            assertThat(client.isGivenUp()).isTrue();

            broker.accept().close();
        }
    }

    @Test
    void shouldNoticeThatABrokerHasFallenSilent() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(to(Scheme.MQTT, broker)
                                .keepAlive(Duration.ofSeconds(1))
                                .build())
                        .open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            probe.awaitConnected();
            assertThat(client.read().type()).isEqualTo(StubBroker.PINGREQ);

            Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).as(told.reason()).isEqualTo(Cause.TIMEOUT);
        }
    }

    // ---- unfriendly

    @ParameterizedTest
    @CsvSource({
        "0x80, PROTOCOL",
        "0x81, PROTOCOL",
        "0x84, PROTOCOL",
        "0x85, NOT_AUTHORIZED",
        "0x86, NOT_AUTHORIZED",
        "0x87, NOT_AUTHORIZED",
        "0x88, BUSY",
        "0x89, BUSY",
        "0x8A, NOT_AUTHORIZED",
        "0x97, BUSY",
        "0x9B, NOT_AUTHORIZED",
        "0x9C, BUSY",
        "0x9F, BUSY"
    })
    void shouldTellWhyABrokerOfMqtt5LetsNobodyIn(int code, Cause cause) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V5)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.send(0x20, 3, 0, code, 0);

            Disconnected told = probe.awaitDisconnected();
            assertThat(told.cause()).isEqualTo(cause);
            assertThat(told.reason()).startsWith("the broker said ");
        }
    }

    @Test
    void shouldTellWhatTheBrokerSays() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V5)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.send(0x20, 8, 0, 0x87, 5, 0x1F, 0, 2, 'n', 'o');

            assertThat(probe.awaitDisconnected().reason()).isEqualTo("the broker said NOT_AUTHORIZED: no");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, PROTOCOL", "2, NOT_AUTHORIZED", "3, BUSY", "4, NOT_AUTHORIZED", "5, NOT_AUTHORIZED"})
    void shouldTellWhyABrokerOfMqtt3LetsNobodyIn(int code, Cause cause) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V3_1_1)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck3(0, code);

            assertThat(probe.awaitDisconnected().cause()).isEqualTo(cause);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x80, LOST",
        "0x81, PROTOCOL",
        "0x87, NOT_AUTHORIZED",
        "0x89, BUSY",
        "0x8B, LOST",
        "0x8D, TIMEOUT",
        "0x8E, TAKEN_OVER",
        "0x93, PROTOCOL",
        "0x97, BUSY"
    })
    void shouldTellWhyABrokerEndsTheConnection(int code, Cause cause) throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V5)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck();
            client.send(0xE0, 1, code);

            assertThat(probe.awaitDisconnected().cause()).isEqualTo(cause);
        }
    }

    /** A broker of MQTT 3.1.1 only, asked for MQTT 5, answers in a form that MQTT 5 does not have. */
    @Test
    void shouldTellThatABrokerDoesNotKnowTheVersion() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V5)).open();
                StubBroker.Client client = broker.accept()) {
            client.read();
            client.sendConnAck3(0, 1);

            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.PROTOCOL);
        }
    }

    static Stream<Payload> garbage() {
        String longEnough = "-".repeat(100); // for the length that the second letter is
        return Stream.of(
                Payload.utf8("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + longEnough),
                Payload.utf8("SSH-2.0-OpenSSH_9.2p1\r\n" + longEnough),
                Payload.utf8("220 mail.example ESMTP\r\n" + longEnough),
                Payload.hex("15030300020228"), // a TLS alert
                Payload.hex("300400016100"), // a PUBLISH
                Payload.hex("2000"), // a CONNACK of no octets
                Payload.hex("00000000"));
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void shouldTellThatAServerDoesNotSpeakMqtt(Payload answer) throws Exception {
        for (MqttVersion version : MqttVersion.values()) {
            try (StubBroker broker = new StubBroker();
                    ConnectionProbe probe = new ConnectionProbe(mqtt(broker, version)).open();
                    StubBroker.Client client = broker.accept()) {
                client.read();
                client.send(answer.toByteArray());

                Disconnected told = probe.awaitDisconnected();
                assertThat(told.cause()).as(told.reason()).isEqualTo(Cause.PROTOCOL);
                assertThat(probe.loop.failedTasks()).isZero();
            }
        }
    }

    @Test
    void shouldTellThatAServerDoesNotSpeakTls() throws Exception {
        try (StubBroker broker = new StubBroker();
                ConnectionProbe probe =
                        new ConnectionProbe(to(Scheme.MQTTS, broker).build()).open();
                StubBroker.Client client = broker.accept()) {
            client.send(Payload.utf8("220 mail.example ESMTP\r\n").toByteArray());

            assertThat(probe.awaitDisconnected().cause()).isEqualTo(Cause.TLS);
        }
    }

    // ---- restless

    /** Doubling from 100 ms up to 400 ms, less up to half: at most 1 + 1 + 1 + 5 attempts in the first 1.15 s, at least three. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldWaitLongerAndLongerForABrokerThatEndsEveryConnection(boolean acceptsFirst) throws Exception {
        List<Event> events;
        CompletableFuture<Integer> attempts;
        try (StubBroker broker = new StubBroker()) {
            attempts = CompletableFuture.supplyAsync(
                    () -> serveAndClose(broker, acceptsFirst), task -> new Thread(task, "broker").start());
            try (ConnectionProbe probe = new ConnectionProbe(mqtt(broker, MqttVersion.V5)).open()) {
                events = probe.eventsWithin(Duration.ofMillis(1150));
            }
        }
        assertThat(attempts.join()).isBetween(3, 8);
        assertThat(events.stream().filter(Disconnected.class::isInstance).count())
                .isBetween(3L, 8L);
        assertThat(events.stream().anyMatch(Connected.class::isInstance)).isEqualTo(acceptsFirst);
    }

    /** Until the broker is closed; how many came. */
    private static int serveAndClose(StubBroker broker, boolean acceptsFirst) {
        int attempts = 0;
        while (!broker.isClosed()) {
            attempts += serveOne(broker, acceptsFirst) ? 1 : 0;
        }
        return attempts;
    }

    private static boolean serveOne(StubBroker broker, boolean acceptsFirst) {
        try (StubBroker.Client client = broker.accept()) {
            client.read();
            if (acceptsFirst) {
                client.sendConnAck();
            }
            return true;
        } catch (IOException ended) {
            return false;
        }
    }
}
