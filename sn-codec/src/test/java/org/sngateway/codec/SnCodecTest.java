// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillTopicResp;

class SnCodecTest {
    private static final String PUBLISH = "0a0c2261620007312e35";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0500010384",
                "030500",
                "0206",
                "0208",
                "0813200001000100",
                "04150001",
                "031b00",
                "031d00",
            })
    void shouldRefuseMessagesOfGatewaysFromDevices(String hex) {
        assertThat(decode(hex, Sender.GATEWAY)).isInstanceOf(DecodeResult.Decoded.class);
        assertThat(malformed(hex, Sender.DEVICE).reason()).isEqualTo(MalformedReason.WRONG_DIRECTION);
        assertThat(malformed(hex, Sender.DEVICE).reply()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "030101",
                "07040401003c61",
                "04070077",
                "030961",
                "061200000261",
                "061400000261",
                "041a0077",
                "031c61",
            })
    void shouldRefuseMessagesOfDevicesFromGateways(String hex) {
        assertThat(decode(hex, Sender.DEVICE)).isInstanceOf(DecodeResult.Decoded.class);
        assertThat(malformed(hex, Sender.GATEWAY).reason()).isEqualTo(MalformedReason.WRONG_DIRECTION);
        assertThat(malformed(hex, Sender.GATEWAY).reply()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Sender.class)
    void shouldTakeGwInfoFromBothSides(Sender sender) {
        assertThat(decode("05020a1234", sender)).isEqualTo(decoded(new GwInfo(10, Payload.hex("1234"))));
    }

    @Test
    void shouldWrapTheReplyToAnEncapsulatedRequest() {
        assertThat(malformed("05fe03001208040402003c7331", Sender.DEVICE).reply())
                .isEqualTo(behindForwarder(new ConnAck(ReturnCode.NOT_SUPPORTED)));
        assertThat(malformed("05fe000012" + "0a0a00000001612fc0af", Sender.DEVICE)
                        .reply())
                .isEqualTo(behindForwarder(new RegAck(0, 1, ReturnCode.NOT_SUPPORTED)));
        assertThat(malformed("05fe000012" + "080c20ffff000178", Sender.DEVICE).reply())
                .isEqualTo(behindForwarder(new PubAck(0xFFFF, 1, ReturnCode.INVALID_TOPIC_ID)));
        assertThat(malformed("05fe000012" + "0712010001ffff", Sender.DEVICE).reply())
                .isEqualTo(behindForwarder(new SubAck(Qos.AT_MOST_ONCE, 0, 1, ReturnCode.INVALID_TOPIC_ID)));
        assertThat(malformed("05fe000012" + "061a60772f74", Sender.DEVICE).reply())
                .isEqualTo(behindForwarder(new WillTopicResp(ReturnCode.NOT_SUPPORTED)));
        assertThat(malformed("05fe000012" + "080c030001000078", Sender.DEVICE).reply())
                .isNull();
    }

    private static ForwarderEncapsulation behindForwarder(SnMessage reply) {
        return new ForwarderEncapsulation(0, Payload.hex("0012"), reply);
    }

    @Test
    void shouldApplyTheDirectionToAnEncapsulatedMessage() {
        assertThat(malformed("05fe000012030500", Sender.DEVICE).reason()).isEqualTo(MalformedReason.WRONG_DIRECTION);
        assertThat(decode("05fe0000120418003c", Sender.GATEWAY))
                .isEqualTo(decoded(new ForwarderEncapsulation(0, Payload.hex("0012"), Disconnect.PLAIN)));
    }

    @Test
    void shouldAnswerMalformedPublishOnlyWhereItIsAcknowledged() {
        assertThat(malformed("080c000000000178", Sender.DEVICE).reply()).isNull();
        assertThat(malformed("080c610000000178", Sender.DEVICE).reply()).isNull();
        assertThat(malformed("080c400000000178", Sender.GATEWAY).reply())
                .isEqualTo(new PubAck(0, 1, ReturnCode.INVALID_TOPIC_ID));
    }

    @Test
    void shouldIgnoreTheTopicIdThatADeviceRegisters() {
        assertThat(decode("090affff0001612f62", Sender.DEVICE)).isEqualTo(decoded(new Register(0xFFFF, 1, "a/b")));
    }

    @Test
    void shouldRefuseAGrantedQosThatDoesNotExist() {
        assertThat(malformed("0813600001000100", Sender.GATEWAY).reason()).isEqualTo(MalformedReason.QOS);
    }

    @Test
    void shouldRefuseUnsubscribeThatCannotBeAcknowledged() {
        assertThat(malformed("061400000061", Sender.DEVICE).reason()).isEqualTo(MalformedReason.MSG_ID);
    }

    @ParameterizedTest
    @CsvSource({
        "7f, true", "80, false", "c27f, false", "c280, true", "c1bf, false", "c2c0, false",
        "dfbf, true", "e09fbf, false", "e0a080, true", "ed9fbf, true", "eda080, false", "ee8080, true",
        "efbfbf, true", "efbf, false", "efbf7f, false", "efbfc0, false", "f08fbfbf, false", "f0908080, true",
        "f48fbfbf, true", "f4908080, false", "f5808080, false", "ff, false", "f09080, false", "f0908041, false",
    })
    void shouldTakeExactlyWellFormedUtf8(String utf8, boolean wellFormed) {
        String frame = "%02x16%s".formatted(2 + utf8.length() / 2, utf8);

        assertThat(decode(frame, Sender.DEVICE) instanceof DecodeResult.Decoded).isEqualTo(wellFormed);
        if (!wellFormed) {
            assertThat(malformed(frame, Sender.DEVICE).reason()).isEqualTo(MalformedReason.TEXT);
        }
    }

    @Test
    void shouldSayWhatIsWrongAndWhere() {
        assertThat(malformed("05fe00001209040401003c73ff31", Sender.DEVICE).detail())
                .isEqualTo("ENCAPSULATED: CONNECT: clientId is not UTF-8 at octet 1");
        assertThat(malformed("0216ff", Sender.DEVICE).detail()).isEqualTo("Length is 2, there are 3 octets");
        assertThat(malformed("04120000", Sender.DEVICE).detail()).isEqualTo("SUBSCRIBE: 2 octets where 3 are needed");
    }

    @Test
    void shouldKeepOnlyTheHeadOfAMalformedFrame() {
        String octets = "00".repeat(100);

        assertThat(malformed(octets, Sender.DEVICE).head()).isEqualTo(Payload.hex("00".repeat(64)));
    }

    @Test
    void shouldReadAnyKindOfBufferFromItsReaderIndexAndKeepNoReference() {
        byte[] octets = ByteBufUtil.decodeHexDump("eeee" + PUBLISH);
        CompositeByteBuf composite = Unpooled.compositeBuffer();
        for (byte octet : octets) {
            composite.addComponent(true, Unpooled.wrappedBuffer(new byte[] {octet}));
        }
        ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(octets);
        ByteBuf[] frames = {
            Unpooled.wrappedBuffer(octets),
            direct,
            composite,
            PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(octets)
        };
        for (ByteBuf frame : frames) {
            DecodeResult result = SnCodec.decode(frame.skipBytes(2), Sender.DEVICE);

            assertThat(frame.refCnt()).isEqualTo(1);
            frame.release();
            assertThat(result)
                    .isEqualTo(decoded(new Publish(
                            false, Qos.AT_LEAST_ONCE, false, new TopicRef.ShortName("ab"), 7, Payload.hex("312e35"))));
        }
    }

    @Test
    void shouldAppendAndReserveNoMoreThanItWrites() {
        SnMessage message = new Connect(false, true, 60, "téléphone");
        int octets = SnCodec.encodedOctets(message);
        ByteBuf out = Unpooled.buffer(1 + octets, 1 + octets).writeByte(0xEE);

        SnCodec.encode(message, out);

        assertThat(out.writableBytes()).isZero();
        assertThat(decode(ByteBufUtil.hexDump(out, 1, octets), Sender.DEVICE)).isEqualTo(decoded(message));
    }

    private static DecodeResult decode(String hex, Sender sender) {
        return SnCodec.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)), sender);
    }

    private static DecodeResult decoded(SnMessage message) {
        return new DecodeResult.Decoded(message);
    }

    private static DecodeResult.Malformed malformed(String hex, Sender sender) {
        DecodeResult result = decode(hex, sender);
        assertThat(result).isInstanceOf(DecodeResult.Malformed.class);
        return (DecodeResult.Malformed) result;
    }
}
