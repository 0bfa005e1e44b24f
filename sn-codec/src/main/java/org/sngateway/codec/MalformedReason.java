// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

/** Why octets are not a message that may be acted on; the label under which they are counted. */
public enum MalformedReason {
    /** No complete frame header: empty, one octet, a truncated or impossible Length (§5.2.1). */
    HEADER(Layer.FRAME),
    /** Length and the number of octets received differ (§5.2.1). */
    LENGTH_MISMATCH(Layer.FRAME),
    /** More octets than the listener that they came to accepts, whatever they say. */
    TOO_LARGE(Layer.FRAME),
    /** A MsgType that the specification reserves (§5.2.2). */
    RESERVED_TYPE(Layer.FRAME),
    /** The body is shorter than the message's fixed part, or a required variable part is empty. */
    TOO_SHORT(Layer.LAYOUT),
    /** The body is longer than the message's fixed size. */
    TOO_LONG(Layer.LAYOUT),
    /** An encapsulation header that cannot be answered, or does not hold exactly one message (§5.5). */
    ENCAPSULATION(Layer.LAYOUT),
    /** ProtocolId is not 1 (§5.3.8). */
    PROTOCOL_ID(Layer.SEMANTIC),
    /** Text is not well-formed UTF-8 or holds U+0000. */
    TEXT(Layer.SEMANTIC),
    /** A topic name with wildcards, or a filter with misplaced ones. */
    WILDCARD(Layer.SEMANTIC),
    /** QoS bits 11 where only 0, 1 and 2 are allowed, or -1 with a topic id kind it does not allow. */
    QOS(Layer.SEMANTIC),
    /** TopicIdType bits 11 (§5.3.4). */
    TOPIC_ID_TYPE(Layer.SEMANTIC),
    /** Topic id 0000 or FFFF (§5.3.11). */
    TOPIC_ID(Layer.SEMANTIC),
    /** MsgId 0 where an acknowledgement must match it. */
    MSG_ID(Layer.SEMANTIC),
    /** A message that the other side never sends (§5.4). */
    WRONG_DIRECTION(Layer.SEMANTIC);

    /** How far decoding came. */
    public enum Layer {
        /** The frame header. */
        FRAME,
        /** The fields of the message. */
        LAYOUT,
        /** What the fields say. */
        SEMANTIC
    }

    private final Layer layer;

    MalformedReason(Layer layer) {
        this.layer = layer;
    }

    public Layer layer() {
        return layer;
    }
}
