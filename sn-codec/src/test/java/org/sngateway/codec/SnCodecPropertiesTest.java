// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.sngateway.codec.SnMessages.Sent;
import org.sngateway.codec.message.SnMessage;

class SnCodecPropertiesTest {
    @Provide
    Arbitrary<Sent> sent() {
        return SnMessages.any();
    }

    @Provide
    Arbitrary<List<Mutation>> mutations() {
        return Combinators.combine(
                        Arbitraries.of(Mutation.Kind.class),
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.bytes())
                .as(Mutation::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Property(tries = 5000)
    void shouldDecodeWhatItEncodes(@ForAll("sent") Sent sent) {
        ByteBuf frame = encode(sent.message());

        assertThat(frame.readableBytes()).isEqualTo(SnCodec.encodedOctets(sent.message()));
        assertThat(SnCodec.decode(frame, sent.sender())).isEqualTo(new DecodeResult.Decoded(sent.message()));
    }

    @Property(tries = 1000)
    void shouldRefuseEveryCutOfAFrame(@ForAll("sent") Sent sent) {
        ByteBuf frame = encode(sent.message());
        int octets = frame.readableBytes();
        for (int cut = 0; cut < octets; cut++) {
            assertThat(SnCodec.decode(frame.slice(0, cut), sent.sender())).isInstanceOf(DecodeResult.Malformed.class);
        }
    }

    @Property(tries = 1000)
    void shouldRefuseOctetsBehindAFrame(@ForAll("sent") Sent sent, @ForAll byte extra) {
        ByteBuf frame = encode(sent.message()).writeByte(extra);

        assertThat(SnCodec.decode(frame, sent.sender())).isInstanceOf(DecodeResult.Malformed.class);
    }

    @Property(tries = 20_000)
    void shouldSurviveMutatedFrames(
            @ForAll("sent") Sent sent, @ForAll("mutations") List<Mutation> mutations, @ForAll Sender sender) {
        ByteBuf frame = encode(sent.message());
        for (Mutation mutation : mutations) {
            frame = mutation.applyTo(frame);
        }
        if (SnCodec.decode(frame, sender) instanceof DecodeResult.Decoded decoded) {
            assertThat(SnCodec.decode(encode(decoded.message()), sender)).isEqualTo(decoded);
        }
    }

    private static ByteBuf encode(SnMessage message) {
        ByteBuf out = Unpooled.buffer();
        SnCodec.encode(message, out);
        return out;
    }

    /** One change to a frame, at an octet that {@code place} chooses. */
    record Mutation(Kind kind, int place, byte octet) {
        enum Kind {
            REPLACE,
            INSERT,
            REMOVE
        }

        ByteBuf applyTo(ByteBuf frame) {
            int octets = frame.readableBytes();
            int at = place % (octets + 1);
            ByteBuf out = Unpooled.buffer().writeBytes(frame, 0, at);
            if (kind != Kind.REMOVE) {
                out.writeByte(octet);
            }
            int next = kind == Kind.INSERT ? at : Math.min(at + 1, octets);
            return out.writeBytes(frame, next, octets - next);
        }
    }
}
