// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.reactivex.plugins.RxJavaPlugins;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.transport.loop.OwnerLoop;

/** Makes connections to the configured servers. */
public final class HivemqConnectionFactory implements BrokerConnection.Factory {
    private static final int BLOCKING_THREADS = 4;
    private static final int IDLE_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(HivemqConnectionFactory.class);

    private final HivemqConnection.Shared shared;
    private final Function<OwnerLoop, Executor> eventLoopGroupOf;

    /** @param eventLoopGroupOf the Netty event loop group that has this loop as its only member */
    public HivemqConnectionFactory(
            UpstreamConfig config, Function<OwnerLoop, Executor> eventLoopGroupOf, GatewayCounters counters) {
        this.eventLoopGroupOf = eventLoopGroupOf;
        this.shared = new HivemqConnection.Shared(
                config,
                config.version() == MqttVersion.V5 ? new Mqtt5Protocol(config.sessionExpiry()) : new Mqtt3Protocol(),
                new AttemptMaker(
                        config, executor("upstream-tls", Runtime.getRuntime().availableProcessors())),
                executor("upstream-blocking", BLOCKING_THREADS),
                new FailureLog(),
                counters);
        // What the client cannot deliver to anybody any more, such as a publish that fails while it is being closed.
        RxJavaPlugins.setErrorHandler(failure -> log.atDebug().setCause(failure).log("MQTT client"));
    }

    /** At most so many threads, which end when there is nothing to do. */
    private static Executor executor(String name, int threads) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(name, true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public BrokerConnection create(BrokerConnection.Spec spec, OwnerLoop loop, BrokerConnection.Listener listener) {
        return new HivemqConnection(shared, spec, loop, eventLoopGroupOf.apply(loop), listener);
    }
}
