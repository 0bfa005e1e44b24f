// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;

class MessageTextTest {
    private static final Payload DATA = Payload.utf8("21.5");
    private static final Publish PUBLISH =
            new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.ShortName("ab"), 7, DATA);

    static Stream<Arguments> lines() {
        WillHeader will = new WillHeader(Qos.EXACTLY_ONCE, true, "w/t");
        return Stream.of(
                line(new Advertise(1, 900), "ADVERTISE gwId=1 duration=900"),
                line(new SearchGw(3), "SEARCHGW radius=3"),
                line(new GwInfo(1, Payload.EMPTY), "GWINFO gwId=1"),
                line(new GwInfo(1, Payload.hex("c000")), "GWINFO gwId=1 gwAdd=0xc000"),
                line(new Connect(true, false, 60, "s-1"), "CONNECT will=1 cleanSession=0 duration=60 clientId=s-1"),
                line(new Connect(false, true, 0, ""), "CONNECT will=0 cleanSession=1 duration=0 clientId=\"\""),
                line(new ConnAck(ReturnCode.of(0x80)), "CONNACK returnCode=reserved-128"),
                line(new WillTopicReq(), "WILLTOPICREQ"),
                line(new WillTopic(will), "WILLTOPIC qos=2 retain=1 willTopic=w/t"),
                line(new WillTopic(null), "WILLTOPIC"),
                line(new WillMsgReq(), "WILLMSGREQ"),
                line(new WillMsg(DATA), "WILLMSG willMsg=4"),
                line(new Register(0, 1, "a/b"), "REGISTER topicId=0 msgId=1 topicName=a/b"),
                line(new RegAck(10, 1, ReturnCode.ACCEPTED), "REGACK topicId=10 msgId=1 returnCode=accepted"),
                line(PUBLISH, "PUBLISH dup=0 qos=1 retain=0 topic=short:ab msgId=7 data=4"),
                line(
                        new Publish(true, Qos.WITHOUT_SESSION, true, new TopicRef.Predefined(9), 0, Payload.EMPTY),
                        "PUBLISH dup=1 qos=-1 retain=1 topic=predefined:9 msgId=0 data=0"),
                line(
                        new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(9), 0, DATA),
                        "PUBLISH dup=0 qos=0 retain=0 topic=normal:9 msgId=0 data=4"),
                line(
                        new PubAck(9, 7, ReturnCode.INVALID_TOPIC_ID),
                        "PUBACK topicId=9 msgId=7 returnCode=invalid-topic-id"),
                line(new PubComp(7), "PUBCOMP msgId=7"),
                line(new PubRec(7), "PUBREC msgId=7"),
                line(new PubRel(7), "PUBREL msgId=7"),
                line(
                        new Subscribe(false, Qos.AT_LEAST_ONCE, 7, new TopicRef.Name("a/#")),
                        "SUBSCRIBE dup=0 qos=1 msgId=7 topic=name:a/#"),
                line(
                        new SubAck(Qos.AT_LEAST_ONCE, 0, 7, ReturnCode.CONGESTION),
                        "SUBACK qos=1 topicId=0 msgId=7 returnCode=congestion"),
                line(new Unsubscribe(7, new TopicRef.Predefined(9)), "UNSUBSCRIBE msgId=7 topic=predefined:9"),
                line(new UnsubAck(7), "UNSUBACK msgId=7"),
                line(new PingReq(""), "PINGREQ"),
                line(new PingReq("s-1"), "PINGREQ clientId=s-1"),
                line(new PingResp(), "PINGRESP"),
                line(Disconnect.PLAIN, "DISCONNECT"),
                line(new Disconnect(60), "DISCONNECT duration=60"),
                line(new WillTopicUpd(will), "WILLTOPICUPD qos=2 retain=1 willTopic=w/t"),
                line(new WillTopicUpd(null), "WILLTOPICUPD"),
                line(new WillTopicResp(ReturnCode.NOT_SUPPORTED), "WILLTOPICRESP returnCode=not-supported"),
                line(new WillMsgUpd(DATA), "WILLMSGUPD willMsg=4"),
                line(new WillMsgResp(ReturnCode.ACCEPTED), "WILLMSGRESP returnCode=accepted"),
                line(
                        new ForwarderEncapsulation(1, Payload.hex("0012"), PUBLISH),
                        "ENCAPSULATED radius=1 nodeId=0x0012 message=[PUBLISH dup=0 qos=1 retain=0 topic=short:ab"
                                + " msgId=7 data=4]"));
    }

    private static Arguments line(SnMessage message, String text) {
        return Arguments.of(message, text);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void shouldRenderEveryField(SnMessage message, String text) {
        assertThat(MessageText.of(message)).isEqualTo(text);
        assertThat(MessageText.of(new DecodeResult.Decoded(message))).isEqualTo(text);
    }

    @Test
    void shouldHaveAnExampleOfEveryType() {
        List<MessageType> types = lines().map(line -> ((SnMessage) line.get()[0]).type())
                .distinct()
                .toList();

        assertThat(types).containsExactlyInAnyOrder(MessageType.values());
    }

    @Test
    void shouldShowContentsOnlyOnRequest() {
        SnMessage encapsulated = new ForwarderEncapsulation(0, Payload.hex("05"), new WillMsg(DATA));

        assertThat(MessageText.of(PUBLISH, MessageText.Contents.HEX)).endsWith(" data=0x32312e35");
        assertThat(MessageText.of(encapsulated, MessageText.Contents.HEX))
                .isEqualTo("ENCAPSULATED radius=0 nodeId=0x05 message=[WILLMSG willMsg=0x32312e35]");
        assertThat(MessageText.of(new DecodeResult.Decoded(PUBLISH), MessageText.Contents.HEX))
                .endsWith(" data=0x32312e35");
    }

    @Test
    void shouldRenderMalformedFrames() {
        DecodeResult result = SnCodec.decode(
                Unpooled.wrappedBuffer(Payload.hex("080c20ffff000178").toByteArray()), Sender.DEVICE);

        assertThat(MessageText.of(result))
                .isEqualTo("MALFORMED reason=TOPIC_ID detail=\"PUBLISH: topic id 65535 is reserved\" head=8"
                        + " reply=[PUBACK topicId=65535 msgId=1 returnCode=invalid-topic-id]");
        assertThat(MessageText.of(result, MessageText.Contents.HEX)).contains(" head=0x080c20ffff000178 ");
        assertThat(MessageText.of(SnCodec.decode(Unpooled.EMPTY_BUFFER, Sender.DEVICE)))
                .isEqualTo("MALFORMED reason=HEADER detail=\"no octets\" head=0");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "s-1,                s-1",
                "a b,                `\"a b\"`",
                "x msgId=9,          `\"x msgId=9\"`",
                "a\"b,               `\"a\\\"b\"`",
                "a\\nb,              a\\u{5c}nb",
                "[a],                `\"[a]\"`",
                "température/温度,    température/温度",
            })
    void shouldKeepTextInsideItsField(String clientId, String rendered) {
        assertThat(MessageText.of(new PingReq(clientId))).isEqualTo("PINGREQ clientId=" + rendered);
    }

    @Test
    void shouldEscapeWhatIsNotPrintable() {
        assertThat(clientIdText("a\nINFO b")).isEqualTo("\"a\\u{a}INFO b\"");
        assertThat(clientIdText("\u001b[31m")).isEqualTo("\"\\u{1b}[31m\"");
        assertThat(clientIdText("\u009b2J")).isEqualTo("\\u{9b}2J");
        assertThat(clientIdText("\r\t\u007f")).isEqualTo("\\u{d}\\u{9}\\u{7f}");
        assertThat(clientIdText("\u202e\u2028\u00a0\ufeff")).isEqualTo("\\u{202e}\\u{2028}\\u{a0}\\u{feff}");
        assertThat(clientIdText("\udb80\udc00")).isEqualTo("\\u{f0000}");
        assertThat(clientIdText("\ud83d\ude00")).isEqualTo("\ud83d\ude00");
    }

    private static String clientIdText(String clientId) {
        return MessageText.of(new PingReq(clientId)).substring("PINGREQ clientId=".length());
    }

    /** Whatever the text: one line, no controls, and no more spaces outside quotes than there are fields. */
    @Property(tries = 5000)
    void shouldNotLetTextOut(@ForAll String arbitrary) {
        String text = arbitrary
                .codePoints()
                .filter(character -> character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        String line = MessageText.of(new Connect(false, false, 1, text));

        assertThat(line.codePoints()
                        .filter(character -> Character.isISOControl(character)
                                || Character.getType(character) == Character.FORMAT
                                || Character.getType(character) == Character.LINE_SEPARATOR
                                || Character.getType(character) == Character.PARAGRAPH_SEPARATOR))
                .isEmpty();
        String outsideQuotes = line.replace("\\\"", "").replaceAll("\"[^\"]*\"", "Q");
        assertThat(outsideQuotes).startsWith("CONNECT will=0 cleanSession=0 duration=1 clientId=");
        assertThat(outsideQuotes.split(" ", -1)).hasSize(5);
    }

    @Test
    void shouldKeepTextFromOutsideOnItsLine() {
        assertThat(MessageText.ofText("pump-7")).isEqualTo("pump-7");
        assertThat(MessageText.ofText("x\n[ERROR] y\u001b[0m")).isEqualTo("\"x\\u{a}[ERROR] y\\u{1b}[0m\"");
    }
}
