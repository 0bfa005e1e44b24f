// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.sngateway.codec.topic.TopicFilter;

/**
 * The server's side of one MQTT 5 connection as far as counting needs it: octets in, octets out, no channel.
 *
 * <p>Serves CONNECT, PUBLISH of QoS 0 and 1, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT; CONNACK says that the
 * maximum QoS is 1 and that there are no shared subscriptions; nothing is retained. Everything else is a violation. Nothing is
 * allocated per PUBLISH.
 */
final class SinkSession {
    /** The largest packet accepted, MQTT 5 §3.2.2.3.6, all octets included. */
    static final int MAX_PACKET_OCTETS = 128 * 1024;

    private static final int MAX_UNREAD_OCTETS = 16 * 1024 * 1024;
    private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;
    private static final int MAX_QOS = 1;

    // Packet types, MQTT 5 §2.1.2.
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int PINGREQ = 12;
    private static final int DISCONNECT = 14;

    // Properties, MQTT 5 §2.2.2.2.
    private static final int SESSION_EXPIRY_INTERVAL = 0x11;
    private static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;
    private static final int AUTHENTICATION_METHOD = 0x15;
    private static final int AUTHENTICATION_DATA = 0x16;
    private static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    private static final int REQUEST_RESPONSE_INFORMATION = 0x19;
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int TOPIC_ALIAS_MAXIMUM = 0x22;
    private static final int MAXIMUM_QOS = 0x24;
    private static final int USER_PROPERTY = 0x26;
    private static final int MAXIMUM_PACKET_SIZE = 0x27;
    private static final int SHARED_SUBSCRIPTION_AVAILABLE = 0x2A;

    private static final int NO_SUBSCRIPTION_EXISTED = 0x11;
    private static final int TOPIC_FILTER_INVALID = 0x8F;
    private static final int UNSUPPORTED_PROTOCOL_VERSION = 0x84;

    /** A message that waits for the client's receive maximum. */
    private record Waiting(DownlinkTopic topic, long sequence) {}

    private record Subscription(TopicFilter filter, int qos) {}

    private final int receiveMaximum;
    private final String assignedClientId;
    private final SinkCounters counters;
    private final Runnable subscriptionsChanged;
    private final OctetQueue out = new OctetQueue(MAX_UNREAD_OCTETS);
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final BitSet inFlight = new BitSet();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int inFlightCount;
    private int lastPacketId;
    private int sendMaximum = DEFAULT_RECEIVE_MAXIMUM;
    private boolean connected;
    private boolean ended;

    /**
     * @param receiveMaximum 1..65535, announced in CONNACK
     * @param assignedClientId for a client that brings none
     */
    SinkSession(int receiveMaximum, String assignedClientId, SinkCounters counters, Runnable subscriptionsChanged) {
        this.receiveMaximum = receiveMaximum;
        this.assignedClientId = assignedClientId;
        this.counters = counters;
        this.subscriptionsChanged = subscriptionsChanged;
    }

    OctetQueue out() {
        return out;
    }

    /** Whether the client has said DISCONNECT, or was refused: write what is waiting, then close. */
    boolean isEnded() {
        return ended;
    }

    boolean isConnected() {
        return connected && !ended;
    }

    /** The QoS granted for {@code topic}, the highest of all matching filters, or -1. */
    int grantedQos(String topic) {
        int granted = -1;
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.qos > granted && subscription.filter.matches(topic)) {
                granted = subscription.qos;
            }
        }
        return granted;
    }

    /** Sends a message; one of QoS 1 is kept until the client's receive maximum allows it. */
    void deliver(DownlinkTopic topic, int qos, long sequence) throws MqttViolation {
        if (qos == 0) {
            topic.appendQos0(out, sequence);
            counters.delivered++;
        } else if (inFlightCount < sendMaximum) {
            deliverQos1(topic, sequence);
        } else {
            waiting.add(new Waiting(topic, sequence));
        }
    }

    /**
     * Consumes every complete packet and leaves a cut one, from its first octet.
     *
     * @param in a direct or heap buffer, ready to be read
     */
    void onOctets(ByteBuffer in) throws MqttViolation {
        while (!ended && in.remaining() >= 2) {
            int start = in.position();
            int remaining = 0;
            int lengthOctets = 0;
            int octet;
            do {
                if (lengthOctets == 4) {
                    throw new MqttViolation("remaining length of more than four octets");
                }
                if (start + 1 + lengthOctets == in.limit()) {
                    return;
                }
                octet = in.get(start + 1 + lengthOctets);
                remaining |= (octet & 0x7F) << (7 * lengthOctets++);
            } while (octet < 0);
            int body = start + 1 + lengthOctets;
            if (body - start + remaining > MAX_PACKET_OCTETS) {
                throw new MqttViolation("a packet of " + remaining + " octets");
            }
            int end = body + remaining;
            if (end > in.limit()) {
                return;
            }
            onPacket(in, in.get(start) & 0xFF, body, end);
            in.position(end);
        }
    }

    private void onPacket(ByteBuffer in, int first, int body, int end) throws MqttViolation {
        int type = first >>> 4;
        if (type == PUBLISH && connected) {
            onPublish(in, first, body, end);
            return;
        }
        if (connected == (type == CONNECT)) {
            throw new MqttViolation("packet of type " + type + (connected ? " twice" : " before CONNECT"));
        }
        int expectedFlags = type == SUBSCRIBE || type == UNSUBSCRIBE ? 2 : 0;
        if ((first & 0x0F) != expectedFlags) {
            throw new MqttViolation("flags " + (first & 0x0F) + " in a packet of type " + type);
        }
        PacketReader packet = new PacketReader(in, body, end);
        switch (type) {
            case CONNECT -> onConnect(packet);
            case PUBACK -> onPubAck(packet.uint16());
            case SUBSCRIBE -> onSubscribe(packet);
            case UNSUBSCRIBE -> onUnsubscribe(packet);
            case PINGREQ -> out.room(2).put((byte) 0xD0).put((byte) 0);
            case DISCONNECT -> ended = true;
            default -> throw new MqttViolation("unexpected packet of type " + type);
        }
    }

    private void onPublish(ByteBuffer in, int first, int body, int end) throws MqttViolation {
        int qos = (first >>> 1) & 3;
        int topicOctets = end - body >= 2 ? in.getShort(body) & 0xFFFF : 0;
        int afterTopic = body + 2 + topicOctets;
        if (qos > MAX_QOS || afterTopic + 2 * qos + 1 > end || topicOctets == 0) {
            throw new MqttViolation("PUBLISH of QoS " + qos + " with a topic of " + topicOctets + " octets");
        }
        if (SnFrames.isBelowRoot(in, body + 2, topicOctets)) {
            counters.publishes++;
            counters.publishesQos1 += qos;
            counters.duplicates += (first >>> 3) & 1;
            int payload = afterTopic + 2 * qos + propertyOctets(in, afterTopic + 2 * qos);
            if (payload + Long.BYTES <= end && counters.uplinkOrder.isForward(in, body + 2, topicOctets, payload)) {
                counters.inOrder++;
            }
        } else {
            counters.otherPublishes++;
        }
        if (qos == 1) {
            out.room(4).putShort((short) 0x4002).putShort(in.getShort(afterTopic));
        }
    }

    /** Of a PUBLISH's properties with the length before them; those of a device's message are few. */
    private static int propertyOctets(ByteBuffer in, int offset) {
        return 1 + (in.get(offset) & 0x7F);
    }

    private void onConnect(PacketReader packet) throws MqttViolation {
        String protocol = packet.string();
        int version = packet.uint8();
        if (!protocol.equals("MQTT") || version != 5) {
            out.room(5).put(new byte[] {0x20, 3, 0, (byte) UNSUPPORTED_PROTOCOL_VERSION, 0});
            ended = true;
            return;
        }
        packet.uint8(); // flags
        packet.uint16(); // keep-alive
        readConnectProperties(packet.slice(packet.variableInt()));
        boolean assigns = packet.string().isEmpty();
        connected = true;
        counters.connects++;
        sendConnAck(assigns);
    }

    private void readConnectProperties(PacketReader properties) throws MqttViolation {
        while (properties.hasRemaining()) {
            int property = properties.uint8();
            switch (property) {
                case RECEIVE_MAXIMUM -> sendMaximum = Math.max(1, properties.uint16());
                case TOPIC_ALIAS_MAXIMUM -> properties.uint16();
                case SESSION_EXPIRY_INTERVAL, MAXIMUM_PACKET_SIZE -> properties.slice(4);
                case REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION -> properties.uint8();
                case AUTHENTICATION_METHOD, AUTHENTICATION_DATA -> properties.slice(properties.uint16());
                case USER_PROPERTY -> {
                    properties.slice(properties.uint16());
                    properties.slice(properties.uint16());
                }
                default -> throw new MqttViolation("property " + property + " in CONNECT");
            }
        }
    }

    private void sendConnAck(boolean assigns) throws MqttViolation {
        byte[] clientId = assigns ? assignedClientId.getBytes(StandardCharsets.US_ASCII) : new byte[0];
        int propertyOctets = 3 + 2 + 5 + 2 + (assigns ? 3 + clientId.length : 0);
        ByteBuffer buffer = out.room(5 + propertyOctets);
        buffer.put((byte) 0x20).put((byte) (3 + propertyOctets));
        buffer.put((byte) 0).put((byte) 0).put((byte) propertyOctets);
        buffer.put((byte) RECEIVE_MAXIMUM).putShort((short) receiveMaximum);
        buffer.put((byte) MAXIMUM_QOS).put((byte) MAX_QOS);
        buffer.put((byte) MAXIMUM_PACKET_SIZE).putInt(MAX_PACKET_OCTETS);
        buffer.put((byte) SHARED_SUBSCRIPTION_AVAILABLE).put((byte) 0);
        if (assigns) {
            buffer.put((byte) ASSIGNED_CLIENT_IDENTIFIER).putShort((short) clientId.length);
            buffer.put(clientId);
        }
    }

    private void onSubscribe(PacketReader packet) throws MqttViolation {
        int packetId = packet.uint16();
        packet.slice(packet.variableInt());
        List<Integer> reasonCodes = new ArrayList<>();
        while (packet.hasRemaining()) {
            String filter = packet.string();
            int qos = Math.min(packet.uint8() & 3, MAX_QOS);
            if (TopicFilter.isValid(filter)) {
                subscriptions.put(filter, new Subscription(new TopicFilter(filter), qos));
                reasonCodes.add(qos);
            } else {
                reasonCodes.add(TOPIC_FILTER_INVALID);
            }
        }
        subscriptionsChanged.run();
        sendReasonCodes(0x90, packetId, reasonCodes);
    }

    private void onUnsubscribe(PacketReader packet) throws MqttViolation {
        int packetId = packet.uint16();
        packet.slice(packet.variableInt());
        List<Integer> reasonCodes = new ArrayList<>();
        while (packet.hasRemaining()) {
            reasonCodes.add(subscriptions.remove(packet.string()) == null ? NO_SUBSCRIPTION_EXISTED : 0);
        }
        subscriptionsChanged.run();
        sendReasonCodes(0xB0, packetId, reasonCodes);
    }

    private void sendReasonCodes(int first, int packetId, List<Integer> reasonCodes) throws MqttViolation {
        if (reasonCodes.isEmpty()) {
            throw new MqttViolation("SUBSCRIBE or UNSUBSCRIBE without a filter");
        }
        int remaining = 3 + reasonCodes.size();
        ByteBuffer buffer = out.room(5 + remaining).put((byte) first);
        putVariableInt(buffer, remaining);
        buffer.putShort((short) packetId).put((byte) 0);
        for (int reasonCode : reasonCodes) {
            buffer.put((byte) reasonCode);
        }
    }

    private void onPubAck(int packetId) throws MqttViolation {
        if (!inFlight.get(packetId)) {
            throw new MqttViolation("PUBACK for packet " + packetId + ", which is not in flight");
        }
        inFlight.clear(packetId);
        inFlightCount--;
        counters.acknowledgements++;
        Waiting next = waiting.poll();
        if (next != null) {
            deliverQos1(next.topic, next.sequence);
        }
    }

    private void deliverQos1(DownlinkTopic topic, long sequence) throws MqttViolation {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (inFlight.get(lastPacketId));
        topic.appendQos1(out, lastPacketId, sequence);
        inFlight.set(lastPacketId);
        inFlightCount++;
        counters.delivered++;
    }

    /** MQTT 5 §1.5.5. */
    static void putVariableInt(ByteBuffer buffer, int value) {
        int rest = value;
        while (rest > 0x7F) {
            buffer.put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }
}
