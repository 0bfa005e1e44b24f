// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;
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

/** Arbitrary legal messages, each with a sender that may send it. Sizes lie on both sides of the 255 octets of the short form. */
final class SnMessages {
    private static final int BEYOND_SHORT_FORM = 300;

    private SnMessages() {}

    /** A message and who sends it. */
    record Sent(Sender sender, SnMessage message) {}

    static Arbitrary<Sent> any() {
        return Arbitraries.of(MessageType.class).flatMap(SnMessages::ofType);
    }

    static Arbitrary<Sent> ofType(MessageType type) {
        return switch (type) {
            case ADVERTISE -> fromGateway(Combinators.combine(uint8(), uint16()).as(Advertise::new));
            case SEARCHGW -> fromDevice(uint8().map(SearchGw::new));
            case GWINFO -> fromBoth(Combinators.combine(uint8(), payload()).as(GwInfo::new));
            case CONNECT ->
                fromDevice(
                        Combinators.combine(flag(), flag(), uint16(), text(0)).as(Connect::new));
            case CONNACK -> fromGateway(returnCode().map(ConnAck::new));
            case WILLTOPICREQ -> fromGateway(Arbitraries.just(new WillTopicReq()));
            case WILLTOPIC -> fromDevice(will().map(WillTopic::new));
            case WILLMSGREQ -> fromGateway(Arbitraries.just(new WillMsgReq()));
            case WILLMSG -> fromDevice(payload().map(WillMsg::new));
            case REGISTER -> Arbitraries.oneOf(fromDevice(register(uint16())), fromGateway(register(topicId())));
            case REGACK ->
                fromBoth(Combinators.combine(uint16(), uint16(), returnCode()).as(RegAck::new));
            case PUBLISH ->
                Arbitraries.oneOf(
                        fromBoth(publish(Arbitraries.just(Qos.AT_MOST_ONCE), publishTopic(), uint16())),
                        fromBoth(publish(
                                Arbitraries.of(Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE), publishTopic(), requestMsgId())),
                        fromDevice(publish(
                                Arbitraries.just(Qos.WITHOUT_SESSION),
                                Arbitraries.oneOf(predefined(), shortName()),
                                uint16())));
            case PUBACK ->
                fromBoth(Combinators.combine(uint16(), uint16(), returnCode()).as(PubAck::new));
            case PUBCOMP -> fromBoth(uint16().map(PubComp::new));
            case PUBREC -> fromBoth(uint16().map(PubRec::new));
            case PUBREL -> fromBoth(uint16().map(PubRel::new));
            case SUBSCRIBE ->
                fromDevice(Combinators.combine(flag(), qos(), requestMsgId(), subscriptionTopic())
                        .as(Subscribe::new));
            case SUBACK ->
                fromGateway(Combinators.combine(qos(), uint16(), uint16(), returnCode())
                        .as(SubAck::new));
            case UNSUBSCRIBE ->
                fromDevice(
                        Combinators.combine(requestMsgId(), subscriptionTopic()).as(Unsubscribe::new));
            case UNSUBACK -> fromGateway(uint16().map(UnsubAck::new));
            case PINGREQ -> fromBoth(text(0).map(PingReq::new));
            case PINGRESP -> fromBoth(Arbitraries.just(new PingResp()));
            case DISCONNECT ->
                Arbitraries.oneOf(
                        fromBoth(Arbitraries.just(Disconnect.PLAIN)),
                        fromDevice(Arbitraries.integers().between(1, 65535).map(Disconnect::new)));
            case WILLTOPICUPD -> fromDevice(will().map(WillTopicUpd::new));
            case WILLTOPICRESP -> fromGateway(returnCode().map(WillTopicResp::new));
            case WILLMSGUPD -> fromDevice(payload().map(WillMsgUpd::new));
            case WILLMSGRESP -> fromGateway(returnCode().map(WillMsgResp::new));
            case ENCAPSULATED ->
                Arbitraries.of(MessageType.class)
                        .filter(inner -> inner != MessageType.ENCAPSULATED)
                        .flatMap(SnMessages::ofType)
                        .flatMap(SnMessages::behindForwarder);
        };
    }

    private static Arbitrary<Sent> behindForwarder(Sent sent) {
        Arbitrary<Payload> nodeIds = octets(1, 252);
        return Combinators.combine(Arbitraries.integers().between(0, 3), nodeIds)
                .as((radius, nodeId) ->
                        new Sent(sent.sender(), new ForwarderEncapsulation(radius, nodeId, sent.message())));
    }

    private static Arbitrary<Sent> fromDevice(Arbitrary<? extends SnMessage> messages) {
        return messages.map(message -> new Sent(Sender.DEVICE, message));
    }

    private static Arbitrary<Sent> fromGateway(Arbitrary<? extends SnMessage> messages) {
        return messages.map(message -> new Sent(Sender.GATEWAY, message));
    }

    private static Arbitrary<Sent> fromBoth(Arbitrary<? extends SnMessage> messages) {
        return Combinators.combine(Arbitraries.of(Sender.class), messages).as(Sent::new);
    }

    private static Arbitrary<Register> register(Arbitrary<Integer> topicIds) {
        return Combinators.combine(topicIds, requestMsgId(), topicName()).as(Register::new);
    }

    private static Arbitrary<Publish> publish(
            Arbitrary<Qos> qos, Arbitrary<? extends TopicRef> topics, Arbitrary<Integer> msgIds) {
        return Combinators.combine(flag(), qos, flag(), topics, msgIds, payload())
                .as(Publish::new);
    }

    private static Arbitrary<TopicRef> publishTopic() {
        return Arbitraries.oneOf(topicId().map(TopicRef.Normal::new), predefined(), shortName());
    }

    private static Arbitrary<TopicRef> subscriptionTopic() {
        return Arbitraries.oneOf(predefined(), shortName(), topicFilter().map(TopicRef.Name::new));
    }

    private static Arbitrary<TopicRef> predefined() {
        return topicId().map(TopicRef.Predefined::new);
    }

    private static Arbitrary<TopicRef> shortName() {
        Arbitrary<String> ascii = Arbitraries.strings()
                .withCharRange('\u0001', '\u007f')
                .ofLength(2)
                .map(SnMessages::withoutWildcards);
        Arbitrary<String> oneCharacter =
                Arbitraries.strings().withCharRange('\u0080', '\u07ff').ofLength(1);
        return Arbitraries.oneOf(ascii, oneCharacter).map(TopicRef.ShortName::new);
    }

    private static Arbitrary<@Nullable WillHeader> will() {
        return Combinators.combine(qos(), flag(), topicName())
                .as(WillHeader::new)
                .injectNull(0.1);
    }

    private static Arbitrary<Qos> qos() {
        return Arbitraries.of(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE);
    }

    private static Arbitrary<ReturnCode> returnCode() {
        return uint8().map(ReturnCode::of);
    }

    private static Arbitrary<Boolean> flag() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<Integer> uint8() {
        return Arbitraries.integers().between(0, 255);
    }

    private static Arbitrary<Integer> uint16() {
        return Arbitraries.integers().between(0, 65535);
    }

    private static Arbitrary<Integer> requestMsgId() {
        return Arbitraries.integers().between(1, 65535);
    }

    private static Arbitrary<Integer> topicId() {
        return Arbitraries.integers().between(1, 65534);
    }

    private static Arbitrary<Payload> payload() {
        return octets(0, BEYOND_SHORT_FORM);
    }

    private static Arbitrary<Payload> octets(int min, int max) {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(min)
                .ofMaxSize(max)
                .map(Payload::wrap);
    }

    /** Text of 1 to 4 octets a character, without U+0000. */
    static Arbitrary<String> text(int minLength) {
        Arbitrary<Integer> anyCharacter = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                .filter(character -> character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE);
        Arbitrary<String> foreign =
                anyCharacter.list().ofMinSize(minLength).ofMaxSize(90).map(SnMessages::toText);
        Arbitrary<String> ascii = Arbitraries.strings()
                .withCharRange('\u0001', '\u007f')
                .ofMinLength(minLength)
                .ofMaxLength(BEYOND_SHORT_FORM);
        return Arbitraries.oneOf(foreign, ascii);
    }

    private static String toText(List<Integer> characters) {
        StringBuilder text = new StringBuilder();
        characters.forEach(text::appendCodePoint);
        return text.toString();
    }

    private static Arbitrary<String> topicName() {
        return text(1).map(SnMessages::withoutWildcards);
    }

    private static Arbitrary<String> topicFilter() {
        Arbitrary<String> level = Arbitraries.oneOf(Arbitraries.just("+"), topicName());
        Arbitrary<String> end = Arbitraries.of("", "/#");
        return Combinators.combine(level.list().ofMinSize(1).ofMaxSize(3), end)
                .as((levels, last) -> String.join("/", levels) + last);
    }

    private static String withoutWildcards(String text) {
        return text.replace('+', 'p').replace('#', 'h');
    }
}
