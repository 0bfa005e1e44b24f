// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessageVisitor;
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

/** A message as the fields column of the vectors writes it. */
final class VectorFields implements SnMessageVisitor<VectorFields> {
    private final Map<String, String> fields = new TreeMap<>();

    Map<String, String> asMap() {
        return fields;
    }

    private VectorFields put(String name, Object value) {
        fields.put(name, value.toString());
        return this;
    }

    private VectorFields put(String name, boolean value) {
        return put(name, value ? 1 : 0);
    }

    private VectorFields put(String name, Payload octets) {
        return put(name, octets.isEmpty() ? "" : "0x" + octets.toHex());
    }

    private VectorFields put(ReturnCode returnCode) {
        return put("returnCode", returnCode.value());
    }

    private VectorFields put(TopicRef topic) {
        if (topic instanceof TopicRef.Normal normal) {
            return put("topicIdType", "normal").put("topicId", normal.id());
        } else if (topic instanceof TopicRef.Predefined predefined) {
            return put("topicIdType", "predefined").put("topicId", predefined.id());
        } else if (topic instanceof TopicRef.ShortName shortName) {
            return put("topicIdType", "short").put("shortTopic", shortName.name());
        }
        return put("topicIdType", "normal").put("topicName", ((TopicRef.Name) topic).name());
    }

    private VectorFields put(@Nullable WillHeader will) {
        return will == null
                ? put("empty", true)
                : put("qos", will.qos().level()).put("retain", will.retain()).put("willTopic", will.topic());
    }

    @Override
    public VectorFields visit(Advertise message) {
        return put("gwId", message.gwId()).put("duration", message.duration());
    }

    @Override
    public VectorFields visit(SearchGw message) {
        return put("radius", message.radius());
    }

    @Override
    public VectorFields visit(GwInfo message) {
        return put("gwId", message.gwId()).put("gwAdd", message.gwAdd());
    }

    @Override
    public VectorFields visit(Connect message) {
        return put("will", message.will())
                .put("cleanSession", message.cleanSession())
                .put("protocolId", 1)
                .put("duration", message.duration())
                .put("clientId", message.clientId());
    }

    @Override
    public VectorFields visit(ConnAck message) {
        return put(message.returnCode());
    }

    @Override
    public VectorFields visit(WillTopicReq message) {
        return this;
    }

    @Override
    public VectorFields visit(WillTopic message) {
        return put(message.will());
    }

    @Override
    public VectorFields visit(WillMsgReq message) {
        return this;
    }

    @Override
    public VectorFields visit(WillMsg message) {
        return put("willMsg", message.message());
    }

    @Override
    public VectorFields visit(Register message) {
        return put("topicId", message.topicId()).put("msgId", message.msgId()).put("topicName", message.topicName());
    }

    @Override
    public VectorFields visit(RegAck message) {
        return put("topicId", message.topicId()).put("msgId", message.msgId()).put(message.returnCode());
    }

    @Override
    public VectorFields visit(Publish message) {
        return put("dup", message.dup())
                .put("qos", message.qos().level())
                .put("retain", message.retain())
                .put(message.topic())
                .put("msgId", message.msgId())
                .put("data", message.data());
    }

    @Override
    public VectorFields visit(PubAck message) {
        return put("topicId", message.topicId()).put("msgId", message.msgId()).put(message.returnCode());
    }

    @Override
    public VectorFields visit(PubComp message) {
        return put("msgId", message.msgId());
    }

    @Override
    public VectorFields visit(PubRec message) {
        return put("msgId", message.msgId());
    }

    @Override
    public VectorFields visit(PubRel message) {
        return put("msgId", message.msgId());
    }

    @Override
    public VectorFields visit(Subscribe message) {
        return put("dup", message.dup())
                .put("qos", message.qos().level())
                .put("msgId", message.msgId())
                .put(message.topic());
    }

    @Override
    public VectorFields visit(SubAck message) {
        return put("qos", message.qos().level())
                .put("topicId", message.topicId())
                .put("msgId", message.msgId())
                .put(message.returnCode());
    }

    @Override
    public VectorFields visit(Unsubscribe message) {
        return put("msgId", message.msgId()).put(message.topic());
    }

    @Override
    public VectorFields visit(UnsubAck message) {
        return put("msgId", message.msgId());
    }

    @Override
    public VectorFields visit(PingReq message) {
        return put("clientId", message.clientId());
    }

    @Override
    public VectorFields visit(PingResp message) {
        return this;
    }

    @Override
    public VectorFields visit(Disconnect message) {
        return put("duration", message.hasDuration() ? message.duration() : "");
    }

    @Override
    public VectorFields visit(WillTopicUpd message) {
        return put(message.will());
    }

    @Override
    public VectorFields visit(WillTopicResp message) {
        return put(message.returnCode());
    }

    @Override
    public VectorFields visit(WillMsgUpd message) {
        return put("willMsg", message.message());
    }

    @Override
    public VectorFields visit(WillMsgResp message) {
        return put(message.returnCode());
    }

    @Override
    public VectorFields visit(ForwarderEncapsulation message) {
        ByteBuf inner = Unpooled.buffer();
        SnCodec.encode(message.message(), inner);
        return put("datagram", SnCodec.encodedOctets(message))
                .put("radius", message.radius())
                .put("wirelessNodeId", message.nodeId())
                .put("innerType", message.message().type())
                .put("inner", "0x" + ByteBufUtil.hexDump(inner));
    }
}
