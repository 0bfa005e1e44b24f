// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** One method per message. */
public interface SnMessageVisitor<R> {
    R visit(Advertise message);

    R visit(SearchGw message);

    R visit(GwInfo message);

    R visit(Connect message);

    R visit(ConnAck message);

    R visit(WillTopicReq message);

    R visit(WillTopic message);

    R visit(WillMsgReq message);

    R visit(WillMsg message);

    R visit(Register message);

    R visit(RegAck message);

    R visit(Publish message);

    R visit(PubAck message);

    R visit(PubComp message);

    R visit(PubRec message);

    R visit(PubRel message);

    R visit(Subscribe message);

    R visit(SubAck message);

    R visit(Unsubscribe message);

    R visit(UnsubAck message);

    R visit(PingReq message);

    R visit(PingResp message);

    R visit(Disconnect message);

    R visit(WillTopicUpd message);

    R visit(WillTopicResp message);

    R visit(WillMsgUpd message);

    R visit(WillMsgResp message);

    R visit(ForwarderEncapsulation message);
}
