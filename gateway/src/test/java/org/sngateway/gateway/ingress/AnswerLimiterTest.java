// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.codec.message.MessageType.CONNACK;
import static org.sngateway.codec.message.MessageType.DISCONNECT;
import static org.sngateway.codec.message.MessageType.GWINFO;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sngateway.transport.DeviceAddress;

final class AnswerLimiterTest {
    private final AnswerLimiter limiter = new AnswerLimiter(Duration.ofNanos(10));
    private final DeviceAddress address = address(1, 1884);

    @Test
    void shouldAllowOneAnswerPerInterval() {
        assertThat(limiter.allows(address, DISCONNECT, at(0))).isTrue();
        assertThat(limiter.allows(address, DISCONNECT, at(0))).isFalse();
        assertThat(limiter.allows(address, DISCONNECT, at(9))).isFalse();
        assertThat(limiter.allows(address, DISCONNECT, at(10))).isTrue();
        assertThat(limiter.allows(address, DISCONNECT, at(19))).isFalse();
    }

    @Test
    void shouldLimitEachTypeOfAnswerByItself() {
        assertThat(limiter.allows(address, DISCONNECT, at(0))).isTrue();
        assertThat(limiter.allows(address, GWINFO, at(0))).isTrue();
        assertThat(limiter.allows(address, CONNACK, at(0))).isTrue();
        assertThat(limiter.allows(address, DISCONNECT, at(0))).isFalse();
        assertThat(limiter.allows(address, GWINFO, at(0))).isFalse();
    }

    @Test
    void shouldNeverHoldBackAnAddressBecauseOfAnother() {
        for (int host = 0; host < 256; host++) {
            for (int port = 1; port <= 256; port++) { // many of these have the same hash
                assertThat(limiter.allows(address(host, port), DISCONNECT, at(0)))
                        .isTrue();
            }
        }
    }

    private static DeviceAddress address(int host, int port) {
        try {
            InetAddress ip = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host});
            return new DeviceAddress.Udp(0, new InetSocketAddress(ip, port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A clock that is about to overflow. */
    private static long at(long nanos) {
        return Long.MAX_VALUE - 5 + nanos;
    }
}
