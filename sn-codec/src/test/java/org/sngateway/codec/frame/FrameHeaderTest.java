// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameHeaderTest {
    @ParameterizedTest
    @CsvSource({
        "0216,         2,     2, 22",
        "ff0c,         2,   255, 12",
        "02ff,         2,     2, 255",
        "01000416,     4,     4, 22",
        "0101020c,     4,   258, 12",
        "01ffff0c,     4, 65535, 12",
        "0b0c20000100, 2,    11, 12",
    })
    void shouldReadBothForms(String hex, int headerOctets, int totalOctets, int type) {
        ByteBuf buffer = octets("ee" + hex).skipBytes(1);

        assertThat(FrameHeader.read(buffer)).isEqualTo(new FrameHeader(headerOctets, totalOctets, type));
        assertThat(buffer.readerIndex()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'',       no octets",
        "02,       'the header needs 2 octets, there are 1'",
        "00,       Length is 0",
        "0016,     Length is 0",
        "01,       'the header needs 4 octets, there are 1'",
        "0100,     'the header needs 4 octets, there are 2'",
        "010004,   'the header needs 4 octets, there are 3'",
        "01000016, 'Length is 0, less than the header of 4'",
        "01000316, 'Length is 3, less than the header of 4'",
    })
    void shouldFindNoHeaderAndSayWhy(String hex, String problem) {
        ByteBuf buffer = octets(hex);

        assertThat(FrameHeader.read(buffer)).isNull();
        assertThat(FrameHeader.problem(buffer)).isEqualTo(problem);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 252, 253, 254, 255, 256, 65530, 65531})
    void shouldReadBackWhatItWrites(int bodyOctets) {
        ByteBuf out = Unpooled.buffer();

        FrameHeader.write(out, 0xFE, bodyOctets);

        assertThat(FrameHeader.read(out))
                .isEqualTo(new FrameHeader(out.readableBytes(), FrameHeader.totalOctets(bodyOctets), 0xFE));
        assertThat(FrameHeader.totalOctets(bodyOctets)).isEqualTo(out.readableBytes() + bodyOctets);
    }

    @Test
    void shouldUseTheLongFormOnlyWhereItMust() {
        assertThat(FrameHeader.totalOctets(253)).isEqualTo(255);
        assertThat(FrameHeader.totalOctets(254)).isEqualTo(258);
        assertThat(new FrameHeader(2, 255, 0).isLongForm()).isFalse();
        assertThat(new FrameHeader(4, 258, 0).isLongForm()).isTrue();
    }

    private static ByteBuf octets(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }
}
