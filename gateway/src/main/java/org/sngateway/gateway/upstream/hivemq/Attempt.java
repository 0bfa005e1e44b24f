// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt to connect needs.
 *
 * @param tls null for a connection in the clear
 * @param login null for none
 */
record Attempt(
        MqttClientTransportConfig transport,
        @Nullable SslContext tls,
        @Nullable Mqtt5SimpleAuth login) {}
