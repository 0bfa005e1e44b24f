// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import io.reactivex.plugins.RxJavaPlugins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.transport.loop.OwnerLoop;

/** Makes MQTT 5 connections to the configured servers. */
public final class HivemqConnectionFactory implements BrokerConnection.Factory {
    private static final Logger log = LoggerFactory.getLogger(HivemqConnectionFactory.class);

    private final UpstreamConfig config;
    private final String clientIdPrefix;
    private final Function<OwnerLoop, Executor> eventLoopGroupOf;
    private final @Nullable Mqtt5SimpleAuth credentials;

    /**
     * @param clientIdPrefix what the MQTT client ids begin with; distinguishes this gateway from others at the broker
     * @param eventLoopGroupOf the Netty event loop group that has this loop as its only member
     * @throws IOException when the password file cannot be read
     */
    public HivemqConnectionFactory(
            UpstreamConfig config, String clientIdPrefix, Function<OwnerLoop, Executor> eventLoopGroupOf)
            throws IOException {
        this.config = config;
        this.clientIdPrefix = clientIdPrefix;
        this.eventLoopGroupOf = eventLoopGroupOf;
        this.credentials = credentials(config);
        // What the client cannot deliver to anybody any more, such as a publish that fails while it is being closed.
        RxJavaPlugins.setErrorHandler(failure -> log.atDebug().setCause(failure).log("MQTT client"));
    }

    private static @Nullable Mqtt5SimpleAuth credentials(UpstreamConfig config) throws IOException {
        String username = config.username();
        byte[] password = config.passwordFile() == null
                ? null
                : Files.readString(config.passwordFile()).stripTrailing().getBytes(StandardCharsets.UTF_8);
        if (username == null) {
            return password == null
                    ? null
                    : Mqtt5SimpleAuth.builder().password(password).build();
        }
        return password == null
                ? Mqtt5SimpleAuth.builder().username(username).build()
                : Mqtt5SimpleAuth.builder()
                        .username(username)
                        .password(password)
                        .build();
    }

    @Override
    public BrokerConnection create(int number, OwnerLoop loop, BrokerConnection.Listener listener) {
        return new HivemqConnection(
                config, clientIdPrefix + "-" + number, credentials, loop, eventLoopGroupOf.apply(loop), listener);
    }
}
