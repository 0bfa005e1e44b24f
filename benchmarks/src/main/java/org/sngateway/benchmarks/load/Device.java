// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One device with its own source address: its frames are built once and patched in place, so a message costs one send, one
 * receive and no allocation. Confined to the loop of its {@link DeviceLoad}.
 */
final class Device implements LoadLoop.ReadyHandler {
    /** What a device does once it is connected. */
    enum Role {
        /** Nothing: it closes its socket and only its session stays. */
        IDLE,
        /** Registers a topic to publish to. */
        PUBLISHER,
        /** Subscribes to a topic. */
        SUBSCRIBER
    }

    private enum State {
        NEW,
        CONNECTING,
        PREPARING,
        READY,
        LEAVING,
        GONE
    }

    static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_ATTEMPTS = 10;
    private static final int DURATION_SECONDS = 36_000;
    private static final long PAUSE_AFTER_REFUSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SEQUENCE_OCTETS = Long.BYTES;

    private final DeviceLoad load;
    private final int number;
    private final Role role;
    private final String clientId;
    private final String topic;
    private State state = State.NEW;
    private @Nullable Handshakes handshakes;

    // The socket; closed while an idle session stays.
    private @Nullable DatagramChannel channel;
    private @Nullable InetSocketAddress source;

    // The request of a handshake that waits for its answer.
    private ByteBuffer request = SnFrames.disconnect();
    private int attempts;
    private long deadlineNanos;

    // Uplink.
    private @Nullable ByteBuffer publish;
    private int publishBody;
    private int topicId;
    private int msgId;
    private boolean awaitsPubAck;
    private long sentNanos;
    private long uplinkSequence;

    // Downlink.
    private @Nullable ByteBuffer pubAck;
    private long expectedSequence;

    Device(DeviceLoad load, int number, Role role) {
        this.load = load;
        this.number = number;
        this.role = role;
        clientId = "load-" + number;
        topic = SnFrames.TOPIC_ROOT + (role == Role.SUBSCRIBER ? "down/" : "up/") + number;
    }

    String topic() {
        return topic;
    }

    boolean isReady() {
        return state == State.READY;
    }

    /** CONNECT, then what the role asks for; tells {@code by} the outcome. */
    void join(Handshakes by, long nowNanos) {
        handshakes = by;
        state = State.CONNECTING;
        try {
            open();
            request(SnFrames.connect(clientId, DURATION_SECONDS), nowNanos);
        } catch (IOException e) {
            load.onSocketFailure(e);
            finish(false);
        }
    }

    /** DISCONNECT, from the address the session knows; tells {@code by} the outcome. */
    void leave(Handshakes by, long nowNanos) {
        handshakes = by;
        state = State.LEAVING;
        try {
            open();
            request(SnFrames.disconnect(), nowNanos);
        } catch (IOException e) {
            load.onSocketFailure(e);
            finish(false);
        }
    }

    /** Sends the next message of QoS 1, unless one is in flight. */
    void publishQos1(long nowNanos) {
        if (awaitsPubAck || state != State.READY || publish == null) {
            return;
        }
        msgId = msgId % 0xFFFF + 1;
        publish.put(publishBody, (byte) SnFrames.FLAG_QOS_1)
                .putShort(publishBody + 3, (short) msgId)
                .putLong(publishBody + 5, uplinkSequence++);
        awaitsPubAck = true;
        sentNanos = nowNanos;
        deadlineNanos = nowNanos + ANSWER_NANOS;
        load.stats().sent++;
        send(publish);
    }

    /**
     * Sends a message of QoS 0.
     *
     * @return false when the socket took nothing, or the session is gone
     */
    boolean publishQos0() {
        if (state != State.READY || publish == null) {
            return false;
        }
        publish.put(publishBody, (byte) 0)
                .putShort(publishBody + 3, (short) 0)
                .putLong(publishBody + 5, uplinkSequence);
        if (!send(publish)) {
            return false;
        }
        uplinkSequence++;
        load.stats().sent++;
        return true;
    }

    boolean awaitsPubAck() {
        return awaitsPubAck;
    }

    /** Repeats what was not answered in time; a paused publisher goes on. */
    void onTick(long nowNanos) {
        if (state == State.READY) {
            if (nowNanos - deadlineNanos >= 0) {
                retryPublish(nowNanos);
            }
        } else if (handshakes != null && nowNanos - deadlineNanos >= 0) {
            if (++attempts == MAX_ATTEMPTS) {
                finish(false);
            } else {
                load.stats().retransmissions++;
                deadlineNanos = nowNanos + ANSWER_NANOS;
                send(request);
            }
        }
    }

    @Override
    public void onReady(SelectionKey key) {
        ByteBuffer in = load.receiveBuffer().clear();
        DatagramChannel open = channel;
        try {
            if (open == null || open.read(in) <= 0) {
                return;
            }
        } catch (PortUnreachableException e) {
            load.stats().unreachable++;
            return;
        } catch (IOException e) {
            end();
            return;
        }
        int octets = in.position();
        int body = SnFrames.headerOctets(in);
        if (octets >= body) {
            onFrame(in, in.get(body - 1), body, octets - body);
        }
    }

    /** Closes the socket without a word. */
    void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Closed for us either way.
            }
            channel = null;
        }
    }

    private void onFrame(ByteBuffer in, int type, int body, int bodyOctets) {
        if (type == SnFrames.PUBACK && bodyOctets == 5) {
            onPubAck(in.getShort(body + 2) & 0xFFFF, in.get(body + 4));
        } else if (type == SnFrames.PUBLISH && bodyOctets >= 5 + SEQUENCE_OCTETS) {
            onPublish(in, body, bodyOctets);
        } else if (type == SnFrames.CONNACK && bodyOctets == 1 && state == State.CONNECTING) {
            onConnAck(in.get(body));
        } else if (type == SnFrames.REGACK && bodyOctets == 5 && isPreparing(Role.PUBLISHER)) {
            onPrepared(in.getShort(body) & 0xFFFF, in.get(body + 4));
        } else if (type == SnFrames.SUBACK && bodyOctets == 6 && isPreparing(Role.SUBSCRIBER)) {
            onPrepared(in.getShort(body + 1) & 0xFFFF, in.get(body + 5));
        } else if (type == SnFrames.REGISTER && bodyOctets > 4) {
            send(SnFrames.regAck(in.getShort(body), in.getShort(body + 2), SnFrames.ACCEPTED));
        } else if (type == SnFrames.PINGREQ) {
            send(SnFrames.pingResp());
        } else if (type == SnFrames.DISCONNECT) {
            onDisconnect();
        } else {
            load.stats().unexpected++;
        }
    }

    private boolean isPreparing(Role expected) {
        return state == State.PREPARING && role == expected;
    }

    private void onPubAck(int ackedMsgId, int returnCode) {
        LoadStats stats = load.stats();
        if (!awaitsPubAck || ackedMsgId != msgId) {
            stats.unexpected++;
            return;
        }
        awaitsPubAck = false;
        long now = LoadClock.nanos();
        if (returnCode == SnFrames.ACCEPTED) {
            stats.acknowledged++;
            stats.record(now - sentNanos);
            if (load.isPublishing()) {
                publishQos1(now);
            }
        } else {
            stats.refused++;
            deadlineNanos = now + PAUSE_AFTER_REFUSAL_NANOS;
        }
    }

    private void retryPublish(long nowNanos) {
        if (awaitsPubAck && publish != null) {
            load.stats().retransmissions++;
            deadlineNanos = nowNanos + ANSWER_NANOS;
            publish.put(publishBody, (byte) (SnFrames.FLAG_QOS_1 | SnFrames.FLAG_DUP));
            send(publish);
        } else if (load.isPublishing()) {
            publishQos1(nowNanos);
        }
    }

    private void onPublish(ByteBuffer in, int body, int bodyOctets) {
        LoadStats stats = load.stats();
        if ((in.get(body) & SnFrames.MASK_QOS) == SnFrames.FLAG_QOS_1 && pubAck != null) {
            pubAck.putShort(2, in.getShort(body + 1)).putShort(4, in.getShort(body + 3));
            send(pubAck);
        }
        long sequence = in.getLong(body + 5);
        if (sequence < expectedSequence) {
            stats.duplicates++;
            return;
        }
        stats.missed += sequence - expectedSequence;
        expectedSequence = sequence + 1;
        stats.received++;
        if (bodyOctets >= 5 + 2 * SEQUENCE_OCTETS) {
            stats.record(LoadClock.nanos() - in.getLong(body + 5 + SEQUENCE_OCTETS));
        }
        load.onDelivered(this);
    }

    private void onConnAck(int returnCode) {
        if (returnCode == SnFrames.CONGESTION) {
            load.stats().refused++;
        } else if (returnCode != SnFrames.ACCEPTED) {
            load.stats().refused++;
            finish(false);
        } else if (role == Role.IDLE) {
            state = State.READY;
            close();
            finish(true);
        } else {
            state = State.PREPARING;
            msgId = 1;
            request(
                    role == Role.PUBLISHER
                            ? SnFrames.register(msgId, topic)
                            : SnFrames.subscribe(msgId, topic, SnFrames.FLAG_QOS_1),
                    LoadClock.nanos());
        }
    }

    private void onPrepared(int grantedTopicId, int returnCode) {
        if (returnCode != SnFrames.ACCEPTED) {
            load.stats().refused++;
            if (returnCode != SnFrames.CONGESTION) {
                finish(false);
            }
            return;
        }
        topicId = grantedTopicId;
        state = State.READY;
        if (role == Role.PUBLISHER) {
            publish = SnFrames.publish(0, load.payloadOctets());
            publishBody = SnFrames.headerOctets(publish);
            publish.putShort(publishBody + 1, (short) topicId);
        } else {
            pubAck = SnFrames.pubAck(topicId, 0, SnFrames.ACCEPTED);
        }
        finish(true);
    }

    private void onDisconnect() {
        if (state == State.LEAVING) {
            finish(true);
        } else if (state != State.GONE) {
            load.stats().sessionsLost++;
            finish(false);
        }
    }

    private void finish(boolean succeeded) {
        if (!succeeded || state == State.LEAVING) {
            end();
        }
        Handshakes informed = handshakes;
        handshakes = null;
        if (informed != null) {
            informed.onFinished(this, succeeded);
        }
    }

    private void end() {
        state = State.GONE;
        awaitsPubAck = false;
        close();
    }

    private void open() throws IOException {
        if (channel == null) {
            DatagramChannel opened = source == null ? load.sources().open() : openAgain(source);
            channel = opened;
            source = (InetSocketAddress) opened.getLocalAddress();
            opened.connect(load.gateway());
            load.loop().register(opened, SelectionKey.OP_READ, this);
        }
    }

    /** A selector gives a closed channel's address up only at its next turn; a device that is sooner back goes on from another. */
    private DatagramChannel openAgain(InetSocketAddress before) throws IOException {
        DatagramChannel again = DatagramChannel.open();
        try {
            return again.bind(before);
        } catch (BindException notYetFree) {
            again.close();
            return load.sources().open();
        }
    }

    private void request(ByteBuffer frame, long nowNanos) {
        request = frame;
        attempts = 0;
        deadlineNanos = nowNanos + ANSWER_NANOS;
        send(frame);
    }

    private boolean send(ByteBuffer frame) {
        try {
            return channel != null && channel.write(frame.rewind()) > 0;
        } catch (PortUnreachableException e) {
            load.stats().unreachable++;
            return false;
        } catch (IOException e) {
            end();
            return false;
        }
    }

    @Override
    public String toString() {
        return "device " + number;
    }
}
