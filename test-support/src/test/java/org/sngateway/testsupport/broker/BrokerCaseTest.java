// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class BrokerCaseTest {
    @Test
    void shouldListEveryBrokerInEveryVersion() {
        assertThat(BrokerCase.all())
                .extracting(BrokerCase::toString)
                .containsExactly(
                        "HiveMQ CE, MQTT 3.1.1",
                        "HiveMQ CE, MQTT 5",
                        "Mosquitto, MQTT 3.1.1",
                        "Mosquitto, MQTT 5",
                        "RabbitMQ, MQTT 3.1.1",
                        "aedes, MQTT 3.1.1");
    }

    @Test
    void shouldPickThoseWithAllFeatures() {
        assertThat(BrokerCase.with(BrokerFeature.QOS_2, BrokerFeature.TAKEOVER_TELLS_REASON))
                .containsExactly(new BrokerCase(BrokerKind.HIVEMQ_CE, MqttVersion.MQTT_5));
        assertThat(BrokerKind.RABBITMQ.supports(BrokerFeature.SESSIONS_SURVIVE_KILL, MqttVersion.MQTT_5))
                .isFalse();
    }

    @Test
    void shouldSkipWithTheReasonButFailInCi() {
        Optional<String> missing = Optional.of("no such broker");

        assertThatThrownBy(() -> Required.orSkip(missing, false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("no such broker");
        assertThatThrownBy(() -> Required.orSkip(missing, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no such broker");
        assertThatCode(() -> Required.orSkip(Optional.empty(), true)).doesNotThrowAnyException();
    }
}
