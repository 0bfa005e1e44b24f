// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Token buckets, in times that may overflow. */
class BucketsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5, Long.MIN_VALUE, -7})
    void shouldGiveWhatComesInASecondAtOnceAndThenEvenly(long start) {
        Rate rate = new Rate(4);
        TokenBucket bucket = new TokenBucket(start);

        assertThat(taken(bucket, rate, 10, start)).isEqualTo(4);
        assertThat(bucket.take(rate, start + SECOND / 4 - 1)).isFalse();
        assertThat(bucket.take(rate, start + SECOND / 4)).isTrue();
        assertThat(bucket.take(rate, start + SECOND / 4)).isFalse();
        assertThat(taken(bucket, rate, 10, start + 100 * SECOND)).isEqualTo(4);
    }

    @Test
    void shouldGiveOneASecondWhereThatIsTheRate() {
        Rate rate = new Rate(1);
        TokenBucket bucket = new TokenBucket(0);

        assertThat(taken(bucket, rate, 5, 0)).isEqualTo(1);
        assertThat(bucket.take(rate, SECOND - 1)).isFalse();
        assertThat(bucket.take(rate, SECOND)).isTrue();
    }

    @Test
    void shouldKeepTheRateInTheLongRun() {
        Rate rate = new Rate(50);
        TokenBucket bucket = new TokenBucket(0);
        int taken = 0;
        for (long now = 0; now < 10 * SECOND; now += SECOND / 1000) {
            taken += bucket.take(rate, now) ? 1 : 0;
        }

        assertThat(taken).isBetween(540, 550); // 50 at once, and 50 in each second
    }

    @Test
    void shouldShareTheTokensOfTheGateway() {
        Rate rate = new Rate(3);
        SharedBucket bucket = new SharedBucket(5);

        assertThat(bucket.take(rate, 5)).isTrue();
        assertThat(bucket.take(rate, 5)).isTrue();
        assertThat(bucket.take(rate, 5)).isTrue();
        assertThat(bucket.take(rate, 5)).isFalse();
        assertThat(bucket.take(rate, 5 + SECOND / 3)).isTrue();
    }

    @Test
    void shouldRefuseRatesThatAreNone() {
        assertThatThrownBy(() -> new Rate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rate(1_000_001)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Rate(1_000_000).hasToken(0, 0)).isTrue();
    }

    // ---- sources

    @Test
    void shouldGiveEachSourceItsOwnTokens() throws UnknownHostException {
        SourceBuckets buckets = new SourceBuckets(new Rate(2), 0);

        assertThat(taken(buckets, "10.0.0.1", 5, 0)).isEqualTo(2);
        assertThat(taken(buckets, "10.0.0.2", 5, 0)).isEqualTo(2);
        assertThat(taken(buckets, "10.0.0.1", 5, SECOND / 2)).isEqualTo(1);
    }

    @Test
    void shouldTakeTheFirst64BitsOfIpv6ForASource() throws UnknownHostException {
        SourceBuckets buckets = new SourceBuckets(new Rate(2), 0);

        assertThat(taken(buckets, "2001:db8::1", 1, 0)).isEqualTo(1);
        assertThat(taken(buckets, "2001:db8::2:3", 5, 0)).isEqualTo(1);
        assertThat(taken(buckets, "2001:db8:0:1::1", 5, 0)).isEqualTo(2);
        assertThat(taken(buckets, "::ffff:10.0.0.1", 1, 0)).isEqualTo(1);
        assertThat(taken(buckets, "10.0.0.1", 5, 0)).as("the same address").isEqualTo(1);
    }

    @Test
    void shouldLimitASourceAmongManyQuietOnes() throws UnknownHostException {
        SourceBuckets buckets = new SourceBuckets(new Rate(100), 0);
        int taken = 0;
        for (int i = 0; i < 20_000; i++) { // all within a tenth of a second
            long now = i * (SECOND / 200_000);
            taken += buckets.take(InetAddress.getByName("198.51.100.7"), now) ? 1 : 0;
            boolean other = buckets.take(address(i), now);
            assertThat(other).as("source %d", i).isTrue();
        }

        assertThat(taken).isBetween(100, 150);
    }

    /** However many there are, nobody is refused because of the others. */
    @Test
    void shouldNotRefuseASourceBecauseOfOthers() throws UnknownHostException {
        SourceBuckets buckets = new SourceBuckets(new Rate(1), 0);
        for (int i = 0; i < 300_000; i++) {
            assertThat(buckets.take(address(i), i)).isTrue();
        }
    }

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >>> 16), (byte) (number >>> 8), (byte) number});
    }

    private static int taken(SourceBuckets buckets, String source, int attempts, long now) throws UnknownHostException {
        int taken = 0;
        for (int i = 0; i < attempts; i++) {
            taken += buckets.take(InetAddress.getByName(source), now) ? 1 : 0;
        }
        return taken;
    }

    private static int taken(TokenBucket bucket, Rate rate, int attempts, long now) {
        int taken = 0;
        for (int i = 0; i < attempts; i++) {
            taken += bucket.take(rate, now) ? 1 : 0;
        }
        return taken;
    }
}
