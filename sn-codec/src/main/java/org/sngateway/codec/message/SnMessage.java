// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** One MQTT-SN 1.2 message, §5.4. */
public sealed interface SnMessage
        permits Advertise,
                SearchGw,
                GwInfo,
                Connect,
                ConnAck,
                WillTopicReq,
                WillTopic,
                WillMsgReq,
                WillMsg,
                Register,
                RegAck,
                Publish,
                PubAck,
                PubComp,
                PubRec,
                PubRel,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                WillTopicUpd,
                WillTopicResp,
                WillMsgUpd,
                WillMsgResp,
                ForwarderEncapsulation {

    MessageType type();

    /** Calls the method of {@code visitor} for this message; a forgotten message is a compile error. */
    <R> R accept(SnMessageVisitor<R> visitor);
}
