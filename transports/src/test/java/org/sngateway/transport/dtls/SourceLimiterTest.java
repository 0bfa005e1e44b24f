// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SourceLimiterTest {
    private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1); // runs over on the way

    @Test
    void shouldLetASecondsWorthPassAtOnceAndThenOneAfterTheOther() throws Exception {
        SourceLimiter limiter = new SourceLimiter(10);
        InetAddress source = ipv4(1);

        assertThat(allowed(limiter, source, START, 20)).isEqualTo(10);
        assertThat(allowed(limiter, source, START + TimeUnit.MILLISECONDS.toNanos(99), 20))
                .isZero();
        assertThat(allowed(limiter, source, START + TimeUnit.MILLISECONDS.toNanos(500), 20))
                .isEqualTo(5);
        assertThat(allowed(limiter, source, START + TimeUnit.HOURS.toNanos(1), 20))
                .isEqualTo(10);
    }

    @Test
    void shouldNotLimitOthers() throws Exception {
        SourceLimiter limiter = new SourceLimiter(1);

        assertThat(allowed(limiter, ipv4(1), START, 5)).isEqualTo(1);
        assertThat(allowed(limiter, ipv4(2), START, 5)).isEqualTo(1);
    }

    @Test
    void shouldTakeAnIpv6NetworkForOneSource() throws Exception {
        SourceLimiter limiter = new SourceLimiter(1);

        assertThat(limiter.allows(InetAddress.getAllByName("2001:db8::1")[0], START))
                .isTrue();
        assertThat(limiter.allows(InetAddress.getAllByName("2001:db8::2")[0], START))
                .isFalse();
        assertThat(limiter.allows(InetAddress.getAllByName("2001:db8:0:1::1")[0], START))
                .isTrue();
    }

    @Test
    void shouldNotLimitWithoutARate() throws Exception {
        assertThat(allowed(new SourceLimiter(0), ipv4(1), START, 1000)).isEqualTo(1000);
    }

    private static int allowed(SourceLimiter limiter, InetAddress source, long now, int attempts) {
        int allowed = 0;
        for (int i = 0; i < attempts; i++) {
            allowed += limiter.allows(source, now) ? 1 : 0;
        }
        return allowed;
    }

    private static InetAddress ipv4(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    }
}
