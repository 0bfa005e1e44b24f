// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A topic the sink publishes to: its PUBLISH is built once, MQTT 5 §3.3, and patched for each message.
 * The payload begins with a sequence number and the time of sending, eight octets each. Confined to the sink's loop.
 */
final class DownlinkTopic {
    private static final int FIXED_HEADER_QOS_1 = 0x32;
    private static final int FIXED_HEADER_QOS_0 = 0x30;

    private final String name;
    private final byte[] qos0;
    private final byte[] qos1;
    private final int packetIdOffset;
    private final int payloadOctets;
    private List<Subscriber> subscribers = List.of();
    private long subscribersVersion = -1;

    /**
     * @param payloadOctets 16..60000
     */
    DownlinkTopic(String name, int payloadOctets) {
        this.name = name;
        this.payloadOctets = payloadOctets;
        byte[] topic = name.getBytes(StandardCharsets.UTF_8);
        qos0 = packet(FIXED_HEADER_QOS_0, topic, 0);
        qos1 = packet(FIXED_HEADER_QOS_1, topic, 2);
        packetIdOffset = qos1.length - payloadOctets - 3;
    }

    /** A connection with a filter that matches, and the QoS it was granted. */
    record Subscriber(SinkConnection connection, int grantedQos) {}

    /** Who gets this topic; looked up again when {@code version} has changed. */
    List<Subscriber> subscribers(long version, Iterable<SinkConnection> connections) {
        if (subscribersVersion != version) {
            subscribersVersion = version;
            List<Subscriber> matching = new ArrayList<>();
            for (SinkConnection connection : connections) {
                int granted = connection.session().grantedQos(name);
                if (granted >= 0) {
                    matching.add(new Subscriber(connection, granted));
                }
            }
            subscribers = matching;
        }
        return subscribers;
    }

    void appendQos0(OctetQueue out, long sequence) throws MqttViolation {
        append(out, qos0, sequence);
    }

    void appendQos1(OctetQueue out, int packetId, long sequence) throws MqttViolation {
        ByteBuffer buffer = append(out, qos1, sequence);
        buffer.putShort(buffer.position() - qos1.length + packetIdOffset, (short) packetId);
    }

    private ByteBuffer append(OctetQueue out, byte[] packet, long sequence) throws MqttViolation {
        ByteBuffer buffer = out.room(packet.length);
        buffer.put(packet);
        int payload = buffer.position() - payloadOctets;
        buffer.putLong(payload, sequence).putLong(payload + Long.BYTES, LoadClock.nanos());
        return buffer;
    }

    private byte[] packet(int firstOctet, byte[] topic, int packetIdOctets) {
        int remaining = 2 + topic.length + packetIdOctets + 1 + payloadOctets;
        ByteBuffer packet = ByteBuffer.allocate(1 + 4 + remaining);
        packet.put((byte) firstOctet);
        SinkSession.putVariableInt(packet, remaining);
        packet.putShort((short) topic.length).put(topic);
        packet.position(packet.position() + packetIdOctets);
        packet.put((byte) 0); // no properties
        packet.position(packet.position() + payloadOctets);
        byte[] octets = new byte[packet.flip().remaining()];
        packet.get(octets);
        return octets;
    }
}
