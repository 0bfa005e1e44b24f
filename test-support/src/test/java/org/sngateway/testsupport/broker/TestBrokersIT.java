// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** That each broker of {@link BrokerKind} can be used as {@link TestBroker} says. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class TestBrokersIT {
    @TempDir
    private Path directory;

    /** One start for all that is asked of it, since a start of RabbitMQ takes ten seconds. */
    @ParameterizedTest
    @EnumSource
    void shouldCarryMessagesAndComeBackAfterSigkill(BrokerKind kind) throws Exception {
        try (TestBroker broker = kind.start(directory)) {
            assertThat(broker.kind()).isEqualTo(kind);
            for (MqttVersion version : kind.versions()) {
                carriesMessages(version, broker.port(), false);
                OptionalInt webSocketPort = broker.webSocketPort();
                if (webSocketPort.isPresent()) {
                    carriesMessages(version, webSocketPort.getAsInt(), true);
                }
            }
            assertThatThrownBy(broker::restart).isInstanceOf(IllegalStateException.class);
            int port = broker.port();

            broker.kill();
            assertThat(Ports.acceptsClients(port)).isFalse();
            broker.kill();
            broker.restart();

            assertThat(broker.port()).isEqualTo(port);
            for (MqttVersion version : kind.versions()) {
                carriesMessages(version, port, false);
            }
        }
    }

    private static void carriesMessages(MqttVersion version, int port, boolean webSocket) throws Exception {
        try (MqttApp client = MqttApp.of(version, port, "carrier", webSocket, null)) {
            client.connect(false);
            client.subscribe("a/+", 1);

            client.publish("a/0", "x", 0);
            assertThat(client.awaitMessage()).isEqualTo(new MqttApp.Message("a/0", "x", 0, false));
            client.publish("a/1", "y", 1);
            assertThat(client.awaitMessage()).isEqualTo(new MqttApp.Message("a/1", "y", 1, false));
        }
    }

    static Stream<BrokerCase> withMemory() {
        return BrokerCase.with(BrokerFeature.SESSIONS_SURVIVE_KILL);
    }

    @ParameterizedTest
    @MethodSource("withMemory")
    void shouldKeepSessionsAfterSigkill(BrokerCase broker) throws Exception {
        try (TestBroker running = broker.start(directory);
                MqttApp kept = MqttApp.of(broker.version(), running.port(), "kept");
                MqttApp publisher = MqttApp.of(broker.version(), running.port(), "publisher")) {
            kept.connect(true);
            kept.subscribe("queued", 1);
            kept.disconnect();
            publisher.connect(false);
            publisher.publish("queued", "x", 1);
            publisher.disconnect();

            running.kill();
            running.restart();

            kept.connect(true);
            assertThat(kept.awaitMessage()).isEqualTo(new MqttApp.Message("queued", "x", 1, false));
        }
    }

    /** RabbitMQ is the one that has more to share than ports. */
    @Test
    void shouldStartTwiceAtTheSameTime(@TempDir Path other) throws IOException {
        try (TestBroker first = BrokerKind.RABBITMQ.start(directory);
                TestBroker second = BrokerKind.RABBITMQ.start(other)) {
            first.kill();

            assertThat(Ports.acceptsClients(first.port())).isFalse();
            assertThat(Ports.acceptsClients(second.port())).isTrue();
        }
    }
}
