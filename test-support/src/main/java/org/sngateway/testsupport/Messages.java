// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.Unsubscribe;

/** The messages of test scripts, with only those fields that such a script varies. */
public final class Messages {
    /** The keep-alive of {@link #connect} and {@link #connectKept} in seconds. */
    public static final int KEEP_ALIVE_SECONDS = 60;

    private Messages() {}

    /** CONNECT for a clean session. */
    public static Connect connect(String clientId) {
        return new Connect(false, true, KEEP_ALIVE_SECONDS, clientId);
    }

    /** CONNECT for a session that is kept. */
    public static Connect connectKept(String clientId) {
        return new Connect(false, false, KEEP_ALIVE_SECONDS, clientId);
    }

    public static ConnAck connAck() {
        return new ConnAck(ReturnCode.ACCEPTED);
    }

    public static ConnAck connAck(ReturnCode code) {
        return new ConnAck(code);
    }

    public static PingReq pingReq() {
        return new PingReq("");
    }

    /** REGISTER as a device sends it. */
    public static Register register(int msgId, String topicName) {
        return new Register(0, msgId, topicName);
    }

    public static RegAck regAck(int topicId, int msgId) {
        return new RegAck(topicId, msgId, ReturnCode.ACCEPTED);
    }

    public static TopicRef id(int topicId) {
        return new TopicRef.Normal(topicId);
    }

    public static TopicRef predefined(int topicId) {
        return new TopicRef.Predefined(topicId);
    }

    public static TopicRef shortName(String name) {
        return new TopicRef.ShortName(name);
    }

    public static TopicRef name(String topicName) {
        return new TopicRef.Name(topicName);
    }

    /** PUBLISH at QoS 0. */
    public static Publish publish0(TopicRef topic, String data) {
        return new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, Payload.utf8(data));
    }

    /** PUBLISH at QoS 1, for the first time. */
    public static Publish publish1(int msgId, TopicRef topic, String data) {
        return new Publish(false, Qos.AT_LEAST_ONCE, false, topic, msgId, Payload.utf8(data));
    }

    /** The same PUBLISH, sent again. */
    public static Publish again(Publish publish) {
        return new Publish(true, publish.qos(), publish.retain(), publish.topic(), publish.msgId(), publish.data());
    }

    public static PubAck pubAck(int topicId, int msgId) {
        return pubAck(topicId, msgId, ReturnCode.ACCEPTED);
    }

    public static PubAck pubAck(int topicId, int msgId, ReturnCode code) {
        return new PubAck(topicId, msgId, code);
    }

    public static Subscribe subscribe(int msgId, Qos qos, TopicRef topic) {
        return new Subscribe(false, qos, msgId, topic);
    }

    public static Subscribe subscribe(int msgId, Qos qos, String filter) {
        return subscribe(msgId, qos, name(filter));
    }

    public static SubAck subAck(int msgId, Qos granted, int topicId) {
        return new SubAck(granted, topicId, msgId, ReturnCode.ACCEPTED);
    }

    /** SUBACK that refuses. */
    public static SubAck subAck(int msgId, ReturnCode code) {
        return new SubAck(Qos.AT_MOST_ONCE, 0, msgId, code);
    }

    public static Unsubscribe unsubscribe(int msgId, String filter) {
        return new Unsubscribe(msgId, name(filter));
    }
}
