// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.MessageType;
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
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.simulator.time.SimulatorClock;

/**
 * One MQTT-SN 1.2 device: connects, registers its topics, subscribes, then publishes what its {@link Workload} has due.
 *
 * <p>A state machine without I/O, thread or clock: what happens is told by {@link #onMessage} and {@link #onTick}, what it
 * sends goes into its {@link NodeSink}, and {@link #dueNanos} says when it wants the next tick.
 *
 * <p>At most one request waits for its answer at a time (§6.6 asks that of PUBLISH); it is sent again after T-retry, up to
 * N-retry times (§6.13), then the node connects anew. A publication in flight survives that and is sent again with DUP, so an
 * unacknowledged message is given up only by the gateway's rejection. PINGREQ (§6.11) has a timer of its own.
 */
public final class Node {
    private static final int MAX_MSG_ID = 65535;
    private static final double GOLDEN_RATIO = 0.6180339887498949;

    private final NodeConfig config;
    private final Workload workload;
    private final NodeSink sink;
    private final NodeListener listener;
    private final long keepAliveNanos;
    private final long retryNanos;
    private final long reconnectNanos;

    private NodeState state = NodeState.IDLE;
    private boolean isReady;
    private boolean hasBeenReady;
    private boolean isFinishing;
    private int lastMsgId;

    // while WAITING
    private long connectAtNanos;

    // for this connection
    private final int[] topicIds;
    private final Map<Integer, String> topicNames = new HashMap<>();
    private final Set<Integer> unreleasedMsgIds = new HashSet<>();
    private int registered;
    private int subscribed;
    private long lastSentNanos;
    private boolean isPinging;
    private int pingsSent;
    private long pingAgainAtNanos;

    // the request that waits for its answer
    private @Nullable SnMessage request;
    private int timesSent;
    private long sendAgainAtNanos;

    // the publication that waits for its acknowledgement, across connections
    private @Nullable Publication inFlight;
    private int inFlightMsgId;
    private long inFlightSentNanos;
    private boolean isReleased;
    private int timesUnknown;

    public Node(NodeConfig config, Workload workload, NodeSink sink, NodeListener listener) {
        this.config = config;
        this.workload = workload;
        this.sink = sink;
        this.listener = listener;
        this.topicIds = new int[config.topics().size()];
        NodeConfig.Timing timing = config.timing();
        this.keepAliveNanos = timing.keepAlive().toNanos();
        this.retryNanos = timing.retryInterval().toNanos();
        // From half to one and a half of the delay, evenly spread over the nodes of a fleet.
        double spread = 0.5 + (config.number() * GOLDEN_RATIO) % 1.0;
        this.reconnectNanos = (long) (timing.reconnectDelay().toNanos() * spread);
    }

    /** The node connects at this time. */
    public void start(long atNanos) {
        state = NodeState.WAITING;
        connectAtNanos = atNanos;
    }

    /** Nothing new is published from now on; what is in flight is still brought to its end. */
    public void finish() {
        isFinishing = true;
    }

    /** Ends the session with DISCONNECT. */
    public void disconnect(long nowNanos) {
        isFinishing = true;
        if (state == NodeState.READY) {
            state = NodeState.DISCONNECTING;
            request(Disconnect.PLAIN, nowNanos);
        } else {
            close();
        }
    }

    public boolean isClosed() {
        return state == NodeState.CLOSED;
    }

    NodeState state() {
        return state;
    }

    /** When {@link #onTick} is to be called next. */
    public long dueNanos() {
        return switch (state) {
            case IDLE, CLOSED -> SimulatorClock.NEVER;
            case WAITING -> connectAtNanos;
            case CONNECTING, REGISTERING, SUBSCRIBING, DISCONNECTING -> sendAgainAtNanos;
            case READY -> Math.min(requestDueNanos(), pingDueNanos());
        };
    }

    private long requestDueNanos() {
        if (request != null) {
            return sendAgainAtNanos;
        }
        return isFinishing ? SimulatorClock.NEVER : workload.dueNanos();
    }

    private long pingDueNanos() {
        if (keepAliveNanos == 0) {
            return SimulatorClock.NEVER;
        }
        // A tenth early: the gateway times the gap between arrivals.
        return isPinging ? pingAgainAtNanos : lastSentNanos + keepAliveNanos / 10 * 9;
    }

    /** Time has passed; does what is due. */
    public void onTick(long nowNanos) {
        if (state == NodeState.WAITING && nowNanos >= connectAtNanos) {
            connect(nowNanos);
        } else if (request != null && nowNanos >= sendAgainAtNanos) {
            sendAgain(nowNanos);
        }
        if (state == NodeState.READY) {
            if (nowNanos >= pingDueNanos()) {
                ping(nowNanos);
            }
            publishWhatIsDue(nowNanos);
        }
    }

    /** A message has arrived from the gateway. What does not fit the state is ignored. */
    public void onMessage(SnMessage message, long nowNanos) {
        switch (message.type()) {
            case CONNACK -> onConnAck((ConnAck) message, nowNanos);
            case REGACK -> onRegAck((RegAck) message, nowNanos);
            case SUBACK -> onSubAck((SubAck) message, nowNanos);
            case PUBACK -> onPubAck((PubAck) message, nowNanos);
            case PUBREC -> onPubRec((PubRec) message, nowNanos);
            case PUBCOMP -> onPubComp((PubComp) message, nowNanos);
            case REGISTER -> onRegister((Register) message, nowNanos);
            case PUBLISH -> onPublish((Publish) message, nowNanos);
            case PUBREL -> onPubRel((PubRel) message, nowNanos);
            case PINGREQ -> transmit(new PingResp(), nowNanos);
            case PINGRESP -> isPinging = false;
            case DISCONNECT -> onDisconnect(nowNanos);
            default -> {
                // discovery and wills are not used by these nodes
            }
        }
    }

    // Connection

    private void connect(long nowNanos) {
        state = NodeState.CONNECTING;
        registered = 0;
        subscribed = 0;
        topicNames.clear();
        unreleasedMsgIds.clear();
        isPinging = false;
        int seconds = (int) config.timing().keepAlive().toSeconds();
        request(new Connect(false, true, seconds, config.clientId()), nowNanos);
    }

    private void onConnAck(ConnAck message, long nowNanos) {
        if (state == NodeState.CONNECTING && isAccepted(MessageType.CONNECT, message.returnCode(), nowNanos)) {
            prepare(nowNanos);
        }
    }

    /** The next of the steps between CONNACK and {@link NodeState#READY}. */
    private void prepare(long nowNanos) {
        if (registered < topicIds.length) {
            state = NodeState.REGISTERING;
            request(new Register(0, nextMsgId(), config.topics().get(registered)), nowNanos);
        } else if (subscribed < config.subscriptions().size()) {
            state = NodeState.SUBSCRIBING;
            NodeConfig.Subscription subscription = config.subscriptions().get(subscribed);
            TopicRef topic = new TopicRef.Name(subscription.filter());
            request(new Subscribe(false, subscription.qos(), nextMsgId(), topic), nowNanos);
        } else {
            becomeReady(nowNanos);
        }
    }

    private void becomeReady(long nowNanos) {
        state = NodeState.READY;
        request = null;
        if (!isReady) {
            listener.onReady(config.number(), !hasBeenReady);
        }
        isReady = true;
        hasBeenReady = true;
        Publication publication = inFlight;
        if (publication == null) {
            publishWhatIsDue(nowNanos);
        } else if (isReleased) {
            request(new PubRel(inFlightMsgId), nowNanos);
        } else {
            listener.onRetransmitted(config.number());
            request(publish(publication, true), nowNanos);
        }
    }

    private void onRegAck(RegAck message, long nowNanos) {
        if (state == NodeState.REGISTERING
                && request instanceof Register register
                && register.msgId() == message.msgId()
                && isAccepted(MessageType.REGISTER, message.returnCode(), nowNanos)) {
            topicIds[registered++] = message.topicId();
            prepare(nowNanos);
        }
    }

    private void onSubAck(SubAck message, long nowNanos) {
        if (state == NodeState.SUBSCRIBING
                && request instanceof Subscribe subscribe
                && subscribe.msgId() == message.msgId()
                && isAccepted(MessageType.SUBSCRIBE, message.returnCode(), nowNanos)) {
            if (message.topicId() != 0) {
                topicNames.put(
                        message.topicId(),
                        config.subscriptions().get(subscribed).filter());
            }
            subscribed++;
            prepare(nowNanos);
        }
    }

    private boolean isAccepted(MessageType requestType, ReturnCode code, long nowNanos) {
        if (!code.isAccepted()) {
            listener.onRefused(config.number(), requestType, code);
            connectLater(nowNanos);
        }
        return code.isAccepted();
    }

    private void onDisconnect(long nowNanos) {
        switch (state) {
            case DISCONNECTING -> close();
            case REGISTERING, SUBSCRIBING, READY -> connectLater(nowNanos);
            case IDLE, WAITING, CONNECTING, CLOSED -> {
                // a late answer to something sent earlier
            }
        }
    }

    private void connectLater(long nowNanos) {
        if (isReady) {
            isReady = false;
            listener.onDisconnected(config.number());
        }
        request = null;
        state = NodeState.WAITING;
        connectAtNanos = nowNanos + reconnectNanos;
    }

    private void close() {
        request = null;
        state = NodeState.CLOSED;
    }

    // Requests and keep-alive

    private void request(SnMessage message, long nowNanos) {
        request = message;
        timesSent = 1;
        sendAgainAtNanos = nowNanos + retryNanos;
        transmit(message, nowNanos);
    }

    private void sendAgain(long nowNanos) {
        if (timesSent > config.timing().retryCount()) {
            giveUp(nowNanos);
            return;
        }
        timesSent++;
        sendAgainAtNanos = nowNanos + retryNanos;
        if (request instanceof Publish && inFlight != null) {
            request = publish(inFlight, true);
        } else if (request instanceof Subscribe subscribe) {
            request = new Subscribe(true, subscribe.qos(), subscribe.msgId(), subscribe.topic());
        }
        if (request != null) {
            listener.onRetransmitted(config.number());
            transmit(request, nowNanos);
        }
    }

    private void giveUp(long nowNanos) {
        if (state == NodeState.DISCONNECTING) {
            close();
        } else {
            connectLater(nowNanos);
        }
    }

    private void ping(long nowNanos) {
        if (!isPinging) {
            pingsSent = 0;
        } else if (pingsSent > config.timing().retryCount()) {
            connectLater(nowNanos);
            return;
        } else {
            listener.onRetransmitted(config.number());
        }
        isPinging = true;
        pingsSent++;
        pingAgainAtNanos = nowNanos + retryNanos;
        transmit(new PingReq(""), nowNanos);
    }

    private void transmit(SnMessage message, long nowNanos) {
        lastSentNanos = nowNanos;
        sink.send(message);
    }

    private int nextMsgId() {
        lastMsgId = lastMsgId == MAX_MSG_ID ? 1 : lastMsgId + 1;
        return lastMsgId;
    }

    // Publishing

    private void publishWhatIsDue(long nowNanos) {
        while (state == NodeState.READY && request == null && !isFinishing && workload.dueNanos() <= nowNanos) {
            Publication publication = workload.next(nowNanos);
            listener.onSent(config.number(), publication, nowNanos);
            if (publication.qos() == Qos.AT_MOST_ONCE) {
                TopicRef topic = new TopicRef.Normal(topicIds[publication.topic()]);
                transmit(new Publish(false, publication.qos(), false, topic, 0, publication.data()), nowNanos);
            } else {
                inFlight = publication;
                inFlightMsgId = nextMsgId();
                inFlightSentNanos = nowNanos;
                isReleased = false;
                timesUnknown = 0;
                request(publish(publication, false), nowNanos);
            }
        }
    }

    private Publish publish(Publication publication, boolean dup) {
        TopicRef topic = new TopicRef.Normal(topicIds[publication.topic()]);
        return new Publish(dup, publication.qos(), false, topic, inFlightMsgId, publication.data());
    }

    private void onPubAck(PubAck message, long nowNanos) {
        if (state == NodeState.READY && message.msgId() == 0 && isUnknownTopic(message.returnCode())) {
            // the answer to a QoS 0 PUBLISH
            registerAgain(nowNanos);
            return;
        }
        Publication publication = inFlight;
        if (state != NodeState.READY || publication == null || isReleased || message.msgId() != inFlightMsgId) {
            return;
        }
        if (!message.returnCode().isAccepted()) {
            onPublishRefused(publication, message.returnCode(), nowNanos);
        } else if (publication.qos() == Qos.AT_LEAST_ONCE) {
            acknowledged(publication, nowNanos);
        }
    }

    private void onPublishRefused(Publication publication, ReturnCode code, long nowNanos) {
        if (isUnknownTopic(code) && timesUnknown++ < config.timing().retryCount()) {
            registerAgain(nowNanos);
            return;
        }
        inFlight = null;
        request = null;
        listener.onRejected(config.number(), publication, code);
        publishWhatIsDue(nowNanos);
    }

    private static boolean isUnknownTopic(ReturnCode code) {
        return code.equals(ReturnCode.INVALID_TOPIC_ID);
    }

    /** §6.5: the gateway has forgotten a topic id. Registers all anew; then what is in flight is sent once more. */
    private void registerAgain(long nowNanos) {
        registered = 0;
        prepare(nowNanos);
    }

    private void onPubRec(PubRec message, long nowNanos) {
        if (state != NodeState.READY) {
            return;
        }
        if (inFlight == null || inFlight.qos() != Qos.EXACTLY_ONCE || message.msgId() != inFlightMsgId) {
            // the answer to something long done; without PUBREL the gateway would repeat it
            transmit(new PubRel(message.msgId()), nowNanos);
            return;
        }
        isReleased = true;
        request(new PubRel(inFlightMsgId), nowNanos);
    }

    private void onPubComp(PubComp message, long nowNanos) {
        Publication publication = inFlight;
        if (state == NodeState.READY && publication != null && isReleased && message.msgId() == inFlightMsgId) {
            acknowledged(publication, nowNanos);
        }
    }

    private void acknowledged(Publication publication, long nowNanos) {
        inFlight = null;
        request = null;
        listener.onAcknowledged(config.number(), publication, inFlightSentNanos, nowNanos);
        publishWhatIsDue(nowNanos);
    }

    // Receiving

    private void onRegister(Register message, long nowNanos) {
        topicNames.put(message.topicId(), message.topicName());
        transmit(new RegAck(message.topicId(), message.msgId(), ReturnCode.ACCEPTED), nowNanos);
    }

    private void onPublish(Publish message, long nowNanos) {
        String topic = topicName(message.topic());
        if (topic == null) {
            if (message.qos() != Qos.AT_MOST_ONCE) {
                transmit(pubAck(message, ReturnCode.INVALID_TOPIC_ID), nowNanos);
            }
            return;
        }
        boolean isNew = true;
        if (message.qos() == Qos.AT_LEAST_ONCE) {
            transmit(pubAck(message, ReturnCode.ACCEPTED), nowNanos);
        } else if (message.qos() == Qos.EXACTLY_ONCE) {
            isNew = unreleasedMsgIds.add(message.msgId());
            transmit(new PubRec(message.msgId()), nowNanos);
        }
        if (isNew) {
            workload.onDelivery(topic, message.data(), nowNanos);
            publishWhatIsDue(nowNanos);
        }
    }

    private void onPubRel(PubRel message, long nowNanos) {
        unreleasedMsgIds.remove(message.msgId());
        transmit(new PubComp(message.msgId()), nowNanos);
    }

    private @Nullable String topicName(TopicRef topic) {
        if (topic instanceof TopicRef.Normal normal) {
            return topicNames.get(normal.id());
        }
        return topic instanceof TopicRef.ShortName shortName ? shortName.name() : null;
    }

    private static PubAck pubAck(Publish message, ReturnCode code) {
        int topicId = 0;
        if (message.topic() instanceof TopicRef.Normal normal) {
            topicId = normal.id();
        } else if (message.topic() instanceof TopicRef.Predefined predefined) {
            topicId = predefined.id();
        } else if (message.topic() instanceof TopicRef.ShortName shortName) {
            topicId = shortName.octets();
        }
        return new PubAck(topicId, message.msgId(), code);
    }
}
