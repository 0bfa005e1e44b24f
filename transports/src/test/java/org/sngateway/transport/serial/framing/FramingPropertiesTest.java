// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.sngateway.codec.message.Payload;

/** Whatever a line receives, frames come out of it as they went in, and after garbage the next ones do again. */
class FramingPropertiesTest {
    private static final int MAX_BODY_OCTETS = 80;

    @Property
    void shouldReturnWhatWasEncodedInPiecesOfAnySize(
            @ForAll Framing framing,
            @ForAll("messages") List<byte[]> messages,
            @ForAll @IntRange(min = 1, max = 40) int piece) {
        byte[] line = encode(framing, messages);
        RecordingSink sink = new RecordingSink();
        FrameDecoder decoder = framing.decoder(MAX_BODY_OCTETS, sink);

        for (int i = 0; i < line.length; i += piece) {
            decoder.accept(line, i, Math.min(piece, line.length - i));
        }

        assertThat(sink.frames).isEqualTo(payloads(messages));
        assertThat(sink.rejections).isEmpty();
    }

    /** After silence, or with a framing that has a delimiter of its own at once. */
    @Property
    void shouldFindEveryFrameAfterGarbage(
            @ForAll Framing framing, @ForAll("noise") byte[] garbage, @ForAll("messages") List<byte[]> messages) {
        RecordingSink sink = new RecordingSink();
        FrameDecoder decoder = framing.decoder(MAX_BODY_OCTETS, sink);
        decoder.accept(garbage, 0, garbage.length);
        if (framing == Framing.RAW || framing == Framing.XBEE_API1) {
            decoder.onSilence();
        }

        byte[] line = encode(framing, messages);
        decoder.accept(line, 0, line.length);

        int found = sink.frames.size();
        assertThat(sink.frames.subList(found - messages.size(), found)).isEqualTo(payloads(messages));
    }

    /** Only a checksum that is right by chance can hide frames from it. */
    @Property
    void shouldFindFramesInTheMiddleOfWhatLooksLikeAnXbeeFrame(
            @ForAll("noise") byte[] garbage, @ForAll("messages") List<byte[]> messages) {
        RecordingSink sink = new RecordingSink();
        FrameDecoder decoder = Framing.XBEE_API1.decoder(MAX_BODY_OCTETS, sink);

        byte[] line = encode(Framing.XBEE_API1, messages);
        decoder.accept(garbage, 0, garbage.length);
        decoder.accept(line, 0, line.length);
        decoder.onSilence();

        Assume.that(payloads(messages).containsAll(sink.frames));
        assertThat(sink.frames).isEqualTo(payloads(messages));
    }

    /** One frame is hurt; those after it are not. */
    @Property
    void shouldLoseNoMoreThanTheFrameThatIsHurt(
            @ForAll Framing framing,
            @ForAll("messages") @Size(min = 2, max = 4) List<byte[]> messages,
            @ForAll("noise") byte[] garbage,
            @ForAll @IntRange(min = 0, max = 200) int where,
            @ForAll @IntRange(min = 0, max = 3) int lost) {
        byte[] first = framing.encode(messages.get(0));
        int at = where % first.length;
        int rest = Math.min(first.length, at + lost);
        RecordingSink sink = new RecordingSink();
        FrameDecoder decoder = framing.decoder(MAX_BODY_OCTETS, sink);

        decoder.accept(first, 0, at);
        decoder.accept(garbage, 0, garbage.length);
        decoder.accept(first, rest, first.length - rest);
        if (framing == Framing.RAW || framing == Framing.XBEE_API1) {
            decoder.onSilence();
        }
        List<byte[]> others = messages.subList(1, messages.size());
        byte[] line = encode(framing, others);
        decoder.accept(line, 0, line.length);

        int found = sink.frames.size();
        assertThat(sink.frames.subList(found - others.size(), found)).isEqualTo(payloads(others));
    }

    @Property
    void shouldNeverThrowOrPassOnMoreThanTheMaximum(@ForAll Framing framing, @ForAll("noise") byte[] noise) {
        RecordingSink sink = new RecordingSink();
        FrameDecoder decoder = framing.decoder(MAX_BODY_OCTETS, sink);

        for (int i = 0; i < 20; i++) {
            decoder.accept(noise, 0, noise.length);
        }
        decoder.onSilence();

        assertThat(sink.frames).allSatisfy(frame -> assertThat(frame.length()).isBetween(1, MAX_BODY_OCTETS));
    }

    @Property
    void shouldReadXbeeFramesWithoutThrowing(@ForAll byte[] body) {
        assertThat(XbeeFrame.read(body)).isNotNull();
    }

    /** MQTT-SN messages of a real type, since raw framing looks at it. */
    @Provide
    Arbitrary<List<byte[]>> messages() {
        return delimiters()
                .array(byte[].class)
                .ofMinSize(0)
                .ofMaxSize(60)
                .map(FramingPropertiesTest::publish)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    private static byte[] publish(byte[] data) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(7 + data.length);
        message.writeBytes(Payload.hex("0c0000010000").toByteArray());
        message.writeBytes(data);
        return message.toByteArray();
    }

    @Provide
    Arbitrary<byte[]> noise() {
        return delimiters().array(byte[].class).ofMaxSize(120);
    }

    /** Any octets, with many that mean something to a framing. */
    private static Arbitrary<Byte> delimiters() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.bytes()),
                Tuple.of(
                        2,
                        Arbitraries.of(
                                (byte) 0xC0,
                                (byte) 0xDB,
                                (byte) 0xDC,
                                (byte) 0xDD,
                                (byte) 0x7E,
                                (byte) 0x7D,
                                (byte) 0x11,
                                (byte) 0x13,
                                (byte) 0x00,
                                (byte) 0x01)));
    }

    private static byte[] encode(Framing framing, List<byte[]> messages) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        messages.forEach(message -> line.writeBytes(framing.encode(message)));
        return line.toByteArray();
    }

    private static List<Payload> payloads(List<byte[]> messages) {
        return messages.stream().map(message -> Payload.wrap(message.clone())).toList();
    }
}
