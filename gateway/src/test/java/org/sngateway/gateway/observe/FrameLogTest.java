// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.DeviceAddress;

class FrameLogTest {
    private static final DeviceAddress ADDRESS =
            new DeviceAddress.Udp(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000));
    private static final int LIMIT = 100_000;

    private final ManualLoop loop = new ManualLoop();
    private final FrameLog log = new FrameLog(loop);

    private TraceCursor.Position begin(String device) {
        return positionAfter(log.read(device, null, LIMIT, LIMIT));
    }

    private static TraceCursor.Position positionAfter(Optional<TraceSlice> slice) {
        return new TraceCursor.Position(
                slice.orElseThrow().watch(), slice.orElseThrow().end());
    }

    private TraceSlice read(String device, TraceCursor.Position since) {
        return log.read(device, since, LIMIT, LIMIT).orElseThrow();
    }

    private static List<SnMessage> messages(TraceSlice slice) {
        return slice.frames().stream()
                .map(frame -> ((DecodeResult.Decoded) frame.frame()).message())
                .toList();
    }

    private static Publish publish(int octets) {
        return new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(1), 0, Payload.wrap(new byte[octets]));
    }

    @Test
    void shouldGiveAReaderWhatPassedSinceItAskedBefore() {
        log.received(ADDRESS, "d", new PubComp(1));
        TraceCursor.Position since = begin("");
        log.received(ADDRESS, "d", new PubComp(2));
        log.sent(ADDRESS, "e", new PubComp(3));

        TraceSlice first = read("", since);
        log.received(ADDRESS, "", new PubComp(4));
        TraceSlice second = read("", positionAfter(Optional.of(first)));

        assertThat(messages(first)).containsExactly(new PubComp(2), new PubComp(3));
        assertThat(first.frames()).extracting(TracedFrame::sent).containsExactly(false, true);
        assertThat(first.frames()).extracting(TracedFrame::device).containsExactly("d", "e");
        assertThat(messages(second)).containsExactly(new PubComp(4));
        assertThat(first.leftOut() + second.leftOut()).isZero();
    }

    @Test
    void shouldGiveTheSameAgainWhenAnAnswerWasLost() {
        TraceCursor.Position since = begin("");
        log.received(ADDRESS, "d", new PubComp(1));

        assertThat(read("", since)).isEqualTo(read("", since));
    }

    @Test
    void shouldShowTheFramesOfOneDeviceOnly() {
        TraceCursor.Position since = begin("d");
        log.received(ADDRESS, "d", new PubComp(1));
        log.received(ADDRESS, "e", new PubComp(2));
        log.received(ADDRESS, "", new PubComp(3));
        log.sent(ADDRESS, "d", new PubComp(4));

        TraceSlice slice = read("d", since);

        assertThat(messages(slice)).containsExactly(new PubComp(1), new PubComp(4));
        assertThat(slice.leftOut()).isZero();
    }

    @Test
    void shouldShowMalformedFrames() {
        TraceCursor.Position since = begin("");
        DecodeResult.Malformed malformed =
                new DecodeResult.Malformed(MalformedReason.TOO_SHORT, "why", Payload.hex("0204"), null);

        log.malformed(ADDRESS, "d", malformed);

        assertThat(read("", since).frames()).extracting(TracedFrame::frame).containsExactly(malformed);
    }

    @Test
    void shouldLeaveOutWhatComesFasterThanAPersonReadsAndCountIt() {
        TraceCursor.Position since = begin("");
        int frames = 3 * FrameWatch.MAX_FRAMES;
        for (int i = 0; i < frames; i++) {
            log.received(ADDRESS, "d", new PingReq(""));
        }

        TraceSlice burst = read("", since);
        loop.advance(Duration.ofSeconds(1));
        for (int i = 0; i < frames; i++) {
            log.received(ADDRESS, "d", new PingReq(""));
        }
        TraceSlice later = read("", positionAfter(Optional.of(burst)));

        assertThat(burst.frames()).hasSize(FrameWatch.MAX_FRAMES);
        assertThat(burst.leftOut()).isEqualTo(frames - FrameWatch.MAX_FRAMES);
        assertThat(later.frames()).hasSize(FrameWatch.PER_SECOND);
        assertThat(later.leftOut()).isEqualTo(frames - FrameWatch.PER_SECOND);
    }

    @Test
    void shouldGiveAlargeBacklogInParts() {
        TraceCursor.Position since = begin("");
        for (int i = 1; i <= 10; i++) {
            log.received(ADDRESS, "d", new PubComp(i));
        }

        TraceSlice byFrames = log.read("", since, 4, LIMIT).orElseThrow();
        TraceSlice byOctets =
                log.read("", positionAfter(Optional.of(byFrames)), LIMIT, 0).orElseThrow();
        TraceSlice rest = read("", positionAfter(Optional.of(byOctets)));

        assertThat(byFrames.frames()).hasSize(4);
        assertThat(byFrames.more()).isTrue();
        assertThat(messages(byOctets)).containsExactly(new PubComp(5));
        assertThat(byOctets.more()).isTrue();
        assertThat(rest.frames()).hasSize(5);
        assertThat(rest.more()).isFalse();
        assertThat(byFrames.leftOut() + byOctets.leftOut() + rest.leftOut()).isZero();
    }

    @Test
    void shouldHoldNoMoreOctetsThanItMay() {
        TraceCursor.Position since = begin("");
        int large = 60_000;
        for (int i = 0; i < 100; i++) {
            log.received(ADDRESS, "d", publish(large));
        }

        TraceSlice slice = log.read("", since, LIMIT, Integer.MAX_VALUE).orElseThrow();

        assertThat(slice.frames()).hasSize(FrameWatch.MAX_OCTETS / large);
        assertThat(slice.leftOut()).isEqualTo(100 - FrameWatch.MAX_OCTETS / large);
    }

    @Test
    void shouldKeepWhatFillsItAlone() {
        FrameRing ring = new FrameRing(4, 10);
        ring.add(1, 0, false, ADDRESS, "", new PingResp(), 2);
        ring.add(2, 0, false, ADDRESS, "", new PingResp(), 11);

        assertThat(ring.after(0, LIMIT, LIMIT)).extracting(TracedFrame::number).containsExactly(2L);
    }

    @Test
    void shouldEndAWatchThatNobodyReads() {
        begin("d");
        loop.advance(FrameWatch.PATIENCE);
        assertThat(log.watches()).isEqualTo(1);

        loop.advance(FrameWatch.PATIENCE.multipliedBy(2));

        assertThat(log.watches()).isZero();
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldGoOnWhileItIsRead() {
        TraceCursor.Position since = begin("d");
        for (int i = 0; i < 10; i++) {
            loop.advance(FrameWatch.PATIENCE.dividedBy(2));
            read("d", since);
        }
        log.received(ADDRESS, "d", new PubComp(1));

        assertThat(messages(read("d", since))).containsExactly(new PubComp(1));
    }

    @Test
    void shouldNotTakeTheCursorOfAnEndedWatchForItsOwn() {
        log.received(ADDRESS, "d", new PubComp(1));
        TraceCursor.Position since = begin("d");
        loop.advance(FrameWatch.PATIENCE.multipliedBy(3));

        TraceSlice slice = read("d", since);

        assertThat(slice.watch()).isNotEqualTo(since.watch());
        assertThat(slice.frames()).isEmpty();
    }

    @Test
    void shouldBoundTheNumberOfWatches() {
        for (int i = 0; i < 8; i++) {
            begin("d" + i);
        }

        assertThat(log.read("one more", null, LIMIT, LIMIT)).isEmpty();
        assertThat(log.read("d0", null, LIMIT, LIMIT)).isPresent();
    }

    @Test
    void shouldRememberTheLastFramesOfADeviceFromBeforeItWasWatched() {
        for (int i = 1; i <= 300; i++) {
            log.received(ADDRESS, i % 2 == 0 ? "even" : "odd", new PubComp(i));
        }

        TraceSlice last = log.newest("odd", 3).orElseThrow();
        log.received(ADDRESS, "odd", new PubComp(301));

        assertThat(messages(last)).containsExactly(new PubComp(295), new PubComp(297), new PubComp(299));
        assertThat(messages(log.newest("odd", 2).orElseThrow())).containsExactly(new PubComp(299), new PubComp(301));
        assertThat(log.newest("odd", LIMIT).orElseThrow().frames()).hasSize(129);
    }

    @Test
    void shouldReadAndWriteCursors() {
        TraceCursor cursor =
                new TraceCursor(List.of(new TraceCursor.Position(Long.MAX_VALUE, 0), new TraceCursor.Position(0, 17)));

        assertThat(TraceCursor.parse(cursor.toString())).isEqualTo(cursor);
        for (String wrong :
                List.of("", "1", "1-", "-1", "1-2.", "1-2-3", "x-1", "9999999999999999999-1", "1-2.".repeat(70))) {
            assertThatThrownBy(() -> TraceCursor.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
