// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.MessageType;

/** Octets that nobody meant to send. {@code -Dsn.seed=N} repeats a run. */
class RandomOctetsTest {
    private static final int FRAMES = 1_000_000;
    private static final int MAX_OCTETS = 400;

    private final long seed = Long.getLong("sn.seed", new SplittableRandom().nextLong());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final ByteBuf frame = Unpooled.buffer(2 * MAX_OCTETS);
    private final ByteBuf encoded = Unpooled.buffer(2 * MAX_OCTETS);
    private final Set<MessageType> decodedTypes = EnumSet.noneOf(MessageType.class);
    private final Set<MalformedReason> malformedReasons = EnumSet.noneOf(MalformedReason.class);

    @Test
    void shouldNeverThrowAndReadBackWhateverItTakes() {
        System.out.println("RandomOctetsTest seed " + seed);
        for (int i = 0; i < FRAMES; i++) {
            fillFrame();
            int octets = frame.readableBytes();
            for (Sender sender : Sender.values()) {
                try {
                    decodeAndReadBack(sender);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ", " + sender + ": " + ByteBufUtil.hexDump(frame, 0, octets), e);
                }
                frame.setIndex(0, octets);
            }
        }
        // The octets are random enough to reach everything, or this test would prove little.
        assertThat(decodedTypes).containsExactlyInAnyOrder(MessageType.values());
        assertThat(malformedReasons)
                .as("all but what listeners say, which know how much they accept")
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(MalformedReason.TOO_LARGE)));
    }

    private void decodeAndReadBack(Sender sender) {
        DecodeResult result = SnCodec.decode(frame, sender);
        if (result instanceof DecodeResult.Decoded decoded) {
            decodedTypes.add(decoded.message().type());
            encoded.clear();
            SnCodec.encode(decoded.message(), encoded);
            if (!SnCodec.decode(encoded, sender).equals(decoded)) {
                throw new AssertionError("reads back as another message");
            }
        } else if (result instanceof DecodeResult.Malformed malformed) {
            malformedReasons.add(malformed.reason());
        }
    }

    private void fillFrame() {
        frame.clear();
        switch (random.nextInt(8)) {
            case 0 -> fillBody(randomSize());
            case 1 -> {
                int nodeIdOctets = random.nextInt(4);
                frame.writeByte(3 + nodeIdOctets).writeByte(0xFE).writeByte(random.nextInt(256));
                fillBody(nodeIdOctets);
                fillMessage();
            }
            default -> fillMessage();
        }
    }

    private void fillMessage() {
        int bodyOctets = randomSize();
        int type = random.nextInt(16) == 0 ? random.nextInt(256) : random.nextInt(0x1E);
        if (random.nextInt(8) == 0) {
            frame.writeByte(0x01).writeShort(bodyOctets + 4).writeByte(type);
        } else {
            FrameHeader.write(frame, type, bodyOctets);
        }
        fillBody(bodyOctets);
    }

    /** Mostly small, because small bodies are the ones that fit a message. */
    private int randomSize() {
        return switch (random.nextInt(16)) {
            case 0 -> random.nextInt(MAX_OCTETS);
            case 1, 2 -> random.nextInt(40);
            default -> random.nextInt(9);
        };
    }

    private void fillBody(int octets) {
        int bits = random.nextBoolean() ? 0xFF : 0x7F;
        for (int i = 0; i < octets; i++) {
            int value = random.nextInt();
            boolean simple = (value & 0xF00) == 0; // 0, 1 and FF are what limits are made of
            frame.writeByte(simple ? (value & 1) - (value >> 1 & 1) : value & bits);
        }
    }
}
