// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.testsupport.broker.MqttJsApp.Message;

@Timeout(60)
class MqttJsAppIT {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void shouldSubscribePublishAndAnswer(MqttVersion version) throws Exception {
        try (TestBroker broker = BrokerKind.MOSQUITTO.start(directory);
                MqttJsApp application = MqttJsApp.start(broker.port(), version, "application");
                MqttApp device = MqttApp.of(version, broker.port(), "device")) {
            device.connect(false);
            device.subscribe("cmd/d-1", 1);
            device.subscribe("state", 1);

            assertThat(application.answer("evt/+", "cmd/+", "seen: ", 1)).isEqualTo(1);
            device.publish("evt/d-1", "too hot, 100 % \u00e9", 1);
            assertThat(device.awaitMessage())
                    .isEqualTo(new MqttApp.Message("cmd/d-1", "seen: too hot, 100 % \u00e9", 1, false));
            assertThat(application.awaitAnswered()).isEqualTo("cmd/d-1");
            assertThat(application.awaitMessage()).isEqualTo(new Message("evt/d-1", "too hot, 100 % \u00e9", 1, false));

            application.publish("state", "on", 1, true);
            assertThat(device.awaitMessage()).isEqualTo(new MqttApp.Message("state", "on", 1, false));
            assertThat(application.subscribe("state", 2)).isEqualTo(2);
            assertThat(application.awaitMessage()).isEqualTo(new Message("state", "on", 1, true));
            assertThat(application.messages()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldConnectAgainOverWebSocket(MqttVersion version) throws Exception {
        try (TestBroker broker = BrokerKind.MOSQUITTO.start(directory)) {
            String url = "ws://127.0.0.1:" + broker.webSocketPort().orElseThrow();
            try (MqttJsApp application = MqttJsApp.start(url, version, "application")) {
                broker.kill();
                broker.restart();
                application.awaitConnected();

                application.subscribe("a", 1);
                application.publish("a", "x", 1, false);
                assertThat(application.awaitMessage()).isEqualTo(new Message("a", "x", 1, false));
            }
        }
    }
}
