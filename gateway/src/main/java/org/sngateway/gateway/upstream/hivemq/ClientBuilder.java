// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttClientConfig;
import com.hivemq.client.internal.mqtt.MqttRxClient;
import com.hivemq.client.internal.mqtt.MqttRxClientBuilderBase;
import com.hivemq.client.internal.mqtt.advanced.MqttClientAdvancedConfig;
import com.hivemq.client.mqtt.MqttVersion;

/** Builds a client that has the MQTT 5 programming interface whatever version it speaks, below the client's public one. */
final class ClientBuilder extends MqttRxClientBuilderBase<ClientBuilder> {
    @Override
    protected ClientBuilder self() {
        return this;
    }

    MqttRxClient build(MqttVersion version) {
        return new MqttRxClient(buildClientConfig(
                version, MqttClientAdvancedConfig.DEFAULT, MqttClientConfig.ConnectDefaults.of(null, null, null)));
    }
}
