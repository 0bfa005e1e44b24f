// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;

class FrameMutatorTest {
    private static final int FRAMES = 20_000;

    @Test
    void shouldRepeatItselfForOneSeedAndDifferForAnother() {
        assertThat(frames(7)).isEqualTo(frames(7)).isNotEqualTo(frames(8));
    }

    @Test
    void shouldStayWithinOneDatagram() {
        assertThat(frames(1)).allSatisfy(frame -> assertThat(frame.length() / 2).isBetween(0, FrameMutator.MAX_OCTETS));
    }

    @Test
    void shouldStartFromValidFramesOfOneDirectionOrTheOther() {
        assertThat(FrameMutator.VALID)
                .allSatisfy(frame -> assertThat(List.of(decode(frame, Sender.DEVICE), decode(frame, Sender.GATEWAY)))
                        .hasAtLeastOneElementOfType(DecodeResult.Decoded.class));
    }

    @Test
    void shouldMakeFramesThatAreRefusedAndSomeThatAreNot() {
        List<DecodeResult> results =
                frames(3).stream().map(frame -> decode(frame, Sender.DEVICE)).toList();
        assertThat(results.stream().filter(DecodeResult.Malformed.class::isInstance))
                .hasSizeGreaterThan(FRAMES / 2);
        assertThat(results.stream().filter(DecodeResult.Decoded.class::isInstance))
                .hasSizeGreaterThan(FRAMES / 50);
    }

    private static List<String> frames(long seed) {
        FrameMutator mutator = new FrameMutator(seed);
        return Stream.generate(() -> HexFormat.of().formatHex(mutator.next()))
                .limit(FRAMES)
                .toList();
    }

    private static DecodeResult decode(String hex, Sender sender) {
        return SnCodec.decode(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)), sender);
    }
}
