// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.text;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SnMessageVisitor;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
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

/** The fields of each message, in the order of the wire. An optional part that is absent is left out. */
final class LineVisitor implements SnMessageVisitor<Line> {
    private final MessageText.Contents contents;

    LineVisitor(MessageText.Contents contents) {
        this.contents = contents;
    }

    private Line line(SnMessage message) {
        return new Line(message.type().name(), contents);
    }

    @Override
    public Line visit(Advertise message) {
        return line(message).number("gwId", message.gwId()).number("duration", message.duration());
    }

    @Override
    public Line visit(SearchGw message) {
        return line(message).number("radius", message.radius());
    }

    @Override
    public Line visit(GwInfo message) {
        Line line = line(message).number("gwId", message.gwId());
        return message.gwAdd().isEmpty() ? line : line.octets("gwAdd", message.gwAdd());
    }

    @Override
    public Line visit(Connect message) {
        return line(message)
                .flag("will", message.will())
                .flag("cleanSession", message.cleanSession())
                .number("duration", message.duration())
                .text("clientId", message.clientId());
    }

    @Override
    public Line visit(ConnAck message) {
        return line(message).returnCode(message.returnCode());
    }

    @Override
    public Line visit(WillTopicReq message) {
        return line(message);
    }

    @Override
    public Line visit(WillTopic message) {
        return will(line(message), message.will());
    }

    @Override
    public Line visit(WillMsgReq message) {
        return line(message);
    }

    @Override
    public Line visit(WillMsg message) {
        return line(message).contents("willMsg", message.message());
    }

    @Override
    public Line visit(Register message) {
        return line(message)
                .number("topicId", message.topicId())
                .number("msgId", message.msgId())
                .text("topicName", message.topicName());
    }

    @Override
    public Line visit(RegAck message) {
        return line(message)
                .number("topicId", message.topicId())
                .number("msgId", message.msgId())
                .returnCode(message.returnCode());
    }

    @Override
    public Line visit(Publish message) {
        return line(message)
                .flag("dup", message.dup())
                .number("qos", message.qos().level())
                .flag("retain", message.retain())
                .topic(message.topic())
                .number("msgId", message.msgId())
                .contents("data", message.data());
    }

    @Override
    public Line visit(PubAck message) {
        return line(message)
                .number("topicId", message.topicId())
                .number("msgId", message.msgId())
                .returnCode(message.returnCode());
    }

    @Override
    public Line visit(PubComp message) {
        return line(message).number("msgId", message.msgId());
    }

    @Override
    public Line visit(PubRec message) {
        return line(message).number("msgId", message.msgId());
    }

    @Override
    public Line visit(PubRel message) {
        return line(message).number("msgId", message.msgId());
    }

    @Override
    public Line visit(Subscribe message) {
        return line(message)
                .flag("dup", message.dup())
                .number("qos", message.qos().level())
                .number("msgId", message.msgId())
                .topic(message.topic());
    }

    @Override
    public Line visit(SubAck message) {
        return line(message)
                .number("qos", message.qos().level())
                .number("topicId", message.topicId())
                .number("msgId", message.msgId())
                .returnCode(message.returnCode());
    }

    @Override
    public Line visit(Unsubscribe message) {
        return line(message).number("msgId", message.msgId()).topic(message.topic());
    }

    @Override
    public Line visit(UnsubAck message) {
        return line(message).number("msgId", message.msgId());
    }

    @Override
    public Line visit(PingReq message) {
        return message.clientId().isEmpty() ? line(message) : line(message).text("clientId", message.clientId());
    }

    @Override
    public Line visit(PingResp message) {
        return line(message);
    }

    @Override
    public Line visit(Disconnect message) {
        return message.hasDuration() ? line(message).number("duration", message.duration()) : line(message);
    }

    @Override
    public Line visit(WillTopicUpd message) {
        return will(line(message), message.will());
    }

    @Override
    public Line visit(WillTopicResp message) {
        return line(message).returnCode(message.returnCode());
    }

    @Override
    public Line visit(WillMsgUpd message) {
        return line(message).contents("willMsg", message.message());
    }

    @Override
    public Line visit(WillMsgResp message) {
        return line(message).returnCode(message.returnCode());
    }

    @Override
    public Line visit(ForwarderEncapsulation message) {
        return line(message)
                .number("radius", message.radius())
                .octets("nodeId", message.nodeId())
                .nested("message", message.message().accept(this).toString());
    }

    private static Line will(Line line, @Nullable WillHeader will) {
        return will == null
                ? line
                : line.number("qos", will.qos().level())
                        .flag("retain", will.retain())
                        .text("willTopic", will.topic());
    }
}
