// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.transport.loop.OwnerLoops;

/** A real socket in the part of the service manager. */
class ServiceNotifierTest {
    private static final int PATIENCE_SECONDS = 20;
    private static final String OWN_PID = Long.toString(ProcessHandle.current().pid());

    @TempDir
    private Path directory;

    private final BlockingQueue<List<String>> heard = new LinkedBlockingQueue<>();
    private final OwnerLoops loops = OwnerLoops.start(3);
    private final OwnerLoops managersLoop = OwnerLoops.start(1);

    @BeforeEach
    void shouldHaveNativeEpoll() {
        assumeTrue(Epoll.isAvailable(), "needs native epoll");
    }

    @AfterEach
    void stop() {
        loops.close();
        managersLoop.close();
    }

    @Test
    void shouldTellOfTheLifeOfTheService() throws InterruptedException {
        try (ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", listenAtPath()))) {
            notifier.ready();
            assertThat(next()).containsExactly("READY=1", "STATUS=3 sessions");
            notifier.reloading();
            assertThat(next())
                    .hasSize(2)
                    .startsWith("RELOADING=1")
                    .allMatch(line -> line.matches("RELOADING=1|MONOTONIC_USEC=\\d{6,}"));
            notifier.reloaded();
            assertThat(next()).containsExactly("READY=1", "STATUS=3 sessions");
            notifier.stopping();
            assertThat(next()).startsWith("STOPPING=1");
        }
    }

    @Test
    void shouldFindManagerInAbstractNamespace() throws InterruptedException {
        String name = "sn-gateway-test-" + UUID.randomUUID();
        listen('\0' + name);

        try (ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", "@" + name))) {
            notifier.ready();

            assertThat(next()).startsWith("READY=1");
        }
    }

    @Test
    void shouldTellWatchdogAsLongAsEveryLoopTurns() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        try (ServiceNotifier notifier =
                notifier(Map.of("NOTIFY_SOCKET", listenAtPath(), "WATCHDOG_USEC", "200000", "WATCHDOG_PID", OWN_PID))) {
            notifier.ready();
            assertThat(next()).startsWith("READY=1");
            assertThat(next()).containsExactly("WATCHDOG=1", "STATUS=3 sessions");
            assertThat(next()).startsWith("WATCHDOG=1");

            CountDownLatch stuck = new CountDownLatch(1);
            loops.loops().get(2).execute(() -> {
                stuck.countDown();
                awaitQuietly(release);
            });
            assertThat(stuck.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            heard.poll(150, TimeUnit.MILLISECONDS); // a round that was past this loop when it stuck
            heard.clear();
            assertThat(heard.poll(600, TimeUnit.MILLISECONDS)).isNull();

            release.countDown();
            assertThat(next()).startsWith("WATCHDOG=1");
        } finally {
            release.countDown();
        }
    }

    @Test
    void shouldNotSpeakForAnotherProcess() throws InterruptedException {
        try (ServiceNotifier notifier =
                notifier(Map.of("NOTIFY_SOCKET", listenAtPath(), "WATCHDOG_USEC", "100000", "WATCHDOG_PID", "1"))) {
            notifier.ready();

            assertThat(next()).startsWith("READY=1");
            assertThat(heard.poll(400, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test
    void shouldSayNothingWithoutManager() {
        try (ServiceNotifier notifier = notifier(Map.of())) {
            notifier.ready();
            notifier.reloading();
            notifier.reloaded();
            notifier.stopping();
        }
        try (ServiceNotifier notifier =
                notifier(Map.of("NOTIFY_SOCKET", directory.resolve("nobody").toString()))) {
            notifier.ready();
            notifier.stopping();
        }
        assertThat(heard).isEmpty();
    }

    private ServiceNotifier notifier(Map<String, String> environment) {
        return ServiceNotifier.of(environment, loops.loops(), () -> "3 sessions");
    }

    private String listenAtPath() {
        String path = directory.resolve("notify").toString();
        listen(path);
        return path;
    }

    private void listen(String address) {
        new Bootstrap()
                .group(managersLoop.loops().get(0).group())
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket message) {
                        heard.add(message.content()
                                .toString(StandardCharsets.UTF_8)
                                .lines()
                                .toList());
                    }
                })
                .bind(new DomainSocketAddress(address))
                .syncUninterruptibly();
    }

    private @Nullable List<String> next() throws InterruptedException {
        return heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
