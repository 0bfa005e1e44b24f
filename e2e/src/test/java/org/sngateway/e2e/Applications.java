// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.util.concurrent.TimeUnit;

/** Applications behind a broker that is killed now and then. */
final class Applications {
    private Applications() {}

    /** One that keeps its session and comes back by itself. */
    static Mqtt5AsyncClient connect(String clientId, int port) {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(100, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(86_400)
                .send()
                .join();
        return client;
    }
}
