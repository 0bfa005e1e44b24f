// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.WillTopicResp;

/** Every row of {@code vectors.csv}, both directions. */
class VectorsTest {
    /** The words of the reason fields, first match counts. */
    private static final List<Map.Entry<Pattern, MalformedReason>> REASONS = List.of(
            reason("inner MsgType reserved.*", MalformedReason.RESERVED_TYPE),
            reason("reserved MsgType.*", MalformedReason.RESERVED_TYPE),
            reason(".*Length \\d+, datagram \\d+.*", MalformedReason.LENGTH_MISMATCH),
            reason("inner .*", MalformedReason.ENCAPSULATION),
            reason("outer .*", MalformedReason.ENCAPSULATION),
            reason("Length 2: Ctrl missing", MalformedReason.ENCAPSULATION),
            reason("empty Wireless Node Id", MalformedReason.ENCAPSULATION),
            reason("no inner message", MalformedReason.ENCAPSULATION),
            reason("octet after the inner message", MalformedReason.ENCAPSULATION),
            reason("encapsulation inside encapsulation", MalformedReason.ENCAPSULATION),
            reason("empty datagram", MalformedReason.HEADER),
            reason("1 octet only", MalformedReason.HEADER),
            reason("Length 0", MalformedReason.HEADER),
            reason("3-octet marker alone", MalformedReason.HEADER),
            reason("truncated 3-octet Length", MalformedReason.HEADER),
            reason("3-octet Length without MsgType", MalformedReason.HEADER),
            reason("3-octet Length [0-3].*", MalformedReason.HEADER),
            reason("too short.*", MalformedReason.TOO_SHORT),
            reason("too long.*", MalformedReason.TOO_LONG),
            reason("no variable part", MalformedReason.TOO_SHORT),
            reason("ReturnCode missing", MalformedReason.TOO_SHORT),
            reason("Duration truncated.*", MalformedReason.TOO_SHORT),
            reason("empty TopicName", MalformedReason.TOO_SHORT),
            reason(".* has 1 octet, needs 2", MalformedReason.TOO_SHORT),
            reason(".* has 3 octets, needs 2", MalformedReason.TOO_LONG),
            reason("ProtocolId.*", MalformedReason.PROTOCOL_ID),
            reason(".*not UTF-8.*", MalformedReason.TEXT),
            reason("NUL in .*", MalformedReason.TEXT),
            reason("overlong UTF-8", MalformedReason.TEXT),
            reason("UTF-16 surrogate in UTF-8", MalformedReason.TEXT),
            reason("truncated UTF-8 sequence", MalformedReason.TEXT),
            reason("code point above U\\+10FFFF", MalformedReason.TEXT),
            reason("wildcard in .*", MalformedReason.WILDCARD),
            reason("# not at the end of the filter", MalformedReason.WILDCARD),
            reason("\\+ not alone in its level", MalformedReason.WILDCARD),
            reason("Will QoS 0b11", MalformedReason.QOS),
            reason("requested QoS 0b11", MalformedReason.QOS),
            reason("QoS -1 .*", MalformedReason.QOS),
            reason("TopicIdType 0b11 reserved.*", MalformedReason.TOPIC_ID_TYPE),
            reason(".*reserved (predefined )?TopicId 0x.*", MalformedReason.TOPIC_ID),
            reason("MsgId 0: cannot be matched", MalformedReason.MSG_ID),
            reason("QoS [12] with MsgId 0", MalformedReason.MSG_ID),
            reason("gateway-only message received from a client", MalformedReason.WRONG_DIRECTION));

    /** Readings that give a lenient frame the fields of another form. */
    private static final Map<String, Map<String, String>> TREATED_AS = Map.ofEntries(
            entry("Flags present, empty topic: treat as the empty form", Map.of("length", "3", "empty", "1")),
            entry("Duration 0: treat as plain DISCONNECT", Map.of("length", "4", "duration", "")));

    private static Map.Entry<Pattern, MalformedReason> reason(String words, MalformedReason reason) {
        return entry(Pattern.compile(words), reason);
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/vectors.csv", numLinesToSkip = 1, maxCharsPerColumn = 10_000)
    void shouldHold(ArgumentsAccessor row) {
        Vector vector = new Vector(
                column(row, 0),
                column(row, 1),
                column(row, 2),
                column(row, 3),
                column(row, 4),
                column(row, 5),
                column(row, 6));
        for (Sender sender : vector.senders()) {
            switch (vector.status()) {
                case "valid" -> assertValid(vector, sender);
                case "lenient" -> assertLenient(vector, sender);
                case "malformed" -> assertMalformed(vector, sender);
                default -> throw new IllegalStateException(vector.status());
            }
        }
    }

    private static String column(ArgumentsAccessor row, int index) {
        return Objects.requireNonNullElse(row.getString(index), "");
    }

    private static void assertValid(Vector vector, Sender sender) {
        SnMessage message = assertDecodes(vector, sender, vector.fieldMap());
        assertThat(encode(message)).isEqualTo(vector.hex());
        assertThat(SnCodec.encodedOctets(message)).isEqualTo(vector.hex().length() / 2);
    }

    private static void assertLenient(Vector vector, Sender sender) {
        SnMessage message = assertDecodes(vector, sender, TREATED_AS.getOrDefault(vector.note(), vector.fieldMap()));
        String encoded = encode(message);
        assertThat(encoded).hasSizeLessThanOrEqualTo(vector.hex().length());
        assertThat(SnCodec.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(encoded)), sender))
                .isEqualTo(new DecodeResult.Decoded(message));
    }

    private static SnMessage assertDecodes(Vector vector, Sender sender, Map<String, String> fields) {
        DecodeResult result = SnCodec.decode(vector.frame(), sender);
        assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
        SnMessage message = ((DecodeResult.Decoded) result).message();
        assertThat(message.type()).hasToString(vector.message());

        FrameHeader header = Objects.requireNonNull(FrameHeader.read(vector.frame()));
        Map<String, String> decoded =
                new TreeMap<>(message.accept(new VectorFields()).asMap());
        decoded.put("length", Integer.toString(header.totalOctets()));
        assertThat(decoded).isEqualTo(fields);
        return message;
    }

    private static void assertMalformed(Vector vector, Sender sender) {
        DecodeResult result = SnCodec.decode(vector.frame(), sender);
        Map<String, String> fields = vector.fieldMap();
        String reply = field(fields, "reply");
        if (reply.equals("treat as plain DISCONNECT")) {
            assertThat(result).isEqualTo(new DecodeResult.Decoded(Disconnect.PLAIN));
            return;
        }
        assertThat(result).isInstanceOf(DecodeResult.Malformed.class);
        DecodeResult.Malformed malformed = (DecodeResult.Malformed) result;
        assertThat(malformed.reason()).isEqualTo(reasonOf(field(fields, "reason")));
        assertThat(malformed.reason().layer().name().toLowerCase(Locale.ROOT)).isEqualTo(field(fields, "layer"));
        assertThat(malformed.reply()).isEqualTo(replyOf(reply, vector.frame()));
        assertThat(malformed.detail()).isNotBlank();
        assertThat(vector.hex()).startsWith(malformed.head().toHex());
        assertThat(malformed.head().length())
                .isEqualTo(Math.min(vector.hex().length() / 2, DecodeResult.Malformed.HEAD_OCTETS));
    }

    private static String field(Map<String, String> fields, String name) {
        return Objects.requireNonNull(fields.get(name), name);
    }

    private static MalformedReason reasonOf(String words) {
        for (Map.Entry<Pattern, MalformedReason> reason : REASONS) {
            if (reason.getKey().matcher(words).matches()) {
                return reason.getValue();
            }
        }
        throw new IllegalStateException("no reason for: " + words);
    }

    /** The reply by its words; the identifiers that it copies stand where the short header puts them. */
    private static @Nullable SnMessage replyOf(String words, ByteBuf frame) {
        if (words.equals("drop")) {
            return null;
        }
        String[] typeAndCode = words.split(" ", 2);
        ReturnCode code = ReturnCode.of(Integer.decode(typeAndCode[1]));
        return switch (typeAndCode[0]) {
            case "CONNACK" -> new ConnAck(code);
            case "WILLTOPICRESP" -> new WillTopicResp(code);
            case "REGACK" -> new RegAck(0, frame.getUnsignedShort(4), code);
            case "PUBACK" -> new PubAck(frame.getUnsignedShort(3), frame.getUnsignedShort(5), code);
            case "SUBACK" -> new SubAck(Qos.AT_MOST_ONCE, 0, frame.getUnsignedShort(3), code);
            default -> throw new IllegalStateException(words);
        };
    }

    private static String encode(SnMessage message) {
        ByteBuf out = Unpooled.buffer();
        SnCodec.encode(message, out);
        return ByteBufUtil.hexDump(out);
    }
}
