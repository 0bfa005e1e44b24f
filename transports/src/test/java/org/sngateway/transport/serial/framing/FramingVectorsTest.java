// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.sngateway.codec.message.Payload;

/** Octets on the line and the frames in them, also in pieces of one octet. */
class FramingVectorsTest {
    private static final int MAX_BODY_OCTETS = 255;

    @ParameterizedTest
    @CsvFileSource(resources = "/framing-vectors.csv", emptyValue = "")
    void shouldMatchTheVector(String label, String expected, String octets, String body) {
        Framing framing = Framing.of(label).orElseThrow();

        for (int piece : new int[] {1, 3, octets.length()}) {
            RecordingSink sink = new RecordingSink();
            feed(framing.decoder(MAX_BODY_OCTETS, sink), octets, piece);

            if (expected.equals("frame") || expected.equals("read")) {
                assertThat(sink.frames).last().isEqualTo(Payload.hex(body));
            } else {
                assertThat(sink.frames).isEmpty();
                assertThat(sink.rejections).containsExactly(Rejection.valueOf(expected));
            }
        }
        if (expected.equals("frame")) {
            assertThat(Payload.wrap(framing.encode(Payload.hex(body).toByteArray())))
                    .isEqualTo(Payload.hex(octets));
        }
    }

    private static void feed(FrameDecoder decoder, String octets, int piece) {
        boolean first = true;
        for (String burst : octets.split("\\|", -1)) {
            if (!first) {
                decoder.onSilence();
            }
            first = false;
            byte[] in = Payload.hex(burst).toByteArray();
            for (int i = 0; i < in.length; i += piece) {
                decoder.accept(in, i, Math.min(piece, in.length - i));
            }
        }
    }

    @Test
    void shouldHaveTheCheckValueOfTheCrc() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc16.of(digits, digits.length)).isEqualTo(0x31C3);
    }

    @Test
    void shouldKnowFramingsByTheirNames() {
        assertThat(Framing.labels()).containsExactly("slip", "slip-crc16", "raw", "xbee-api1", "xbee-api2");
        assertThat(Framing.of("SLIP")).isEmpty();
    }
}
