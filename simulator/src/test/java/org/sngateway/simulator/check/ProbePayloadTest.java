// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProbePayloadTest {
    @ParameterizedTest
    @ValueSource(ints = {20, 21, 64, 1500})
    void shouldReadWhatItWrote(int size) {
        ByteBuffer octets =
                ProbePayload.create(-7, 1999, 123_456, 98_765_432_101L, size).asReadOnlyBuffer();

        assertThat(octets.remaining()).isEqualTo(size);
        assertThat(ProbePayload.parse(octets, size)).isEqualTo(new ProbePayload(-7, 1999, 123_456, 98_765_432_101L));
    }

    @Test
    void shouldNoticeACutPayload() {
        byte[] octets = ProbePayload.create(1, 2, 3, 4, 64).toByteArray();

        assertThat(ProbePayload.parse(ByteBuffer.wrap(octets, 0, 63), 64)).isNull();
        assertThat(ProbePayload.parse(ByteBuffer.allocate(0), 64)).isNull();
    }

    @Test
    void shouldNoticeAnAlteredOctet() {
        for (int i = ProbePayload.MIN_OCTETS; i < 64; i++) {
            byte[] octets = ProbePayload.create(1, 2, 3, 4, 64).toByteArray();
            octets[i] ^= 1;
            assertThat(ProbePayload.parse(ByteBuffer.wrap(octets), 64)).isNull();
        }
    }

    @Test
    void shouldRefuseASizeWithoutRoomForItsHead() {
        assertThatThrownBy(() -> ProbePayload.create(1, 2, 3, 4, 19))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sizeOctets is 19, allowed is 20 or more");
    }
}
