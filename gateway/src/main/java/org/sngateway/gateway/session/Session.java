// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
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
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.codec.text.MessageText;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.codec.topic.TopicName;
import org.sngateway.gateway.config.SessionsConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.TransitionTable.Row;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredDevice;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredWill;
import org.sngateway.gateway.topic.DeviceTopics;
import org.sngateway.gateway.topic.IdChoice;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoop.ReusableTimer;

/**
 * One device's session. What to do when something happens is in the {@link TransitionTable}; how, here and in the rooms' parts:
 * {@link DevicePublisher}, {@link DeviceSubscriber}, {@link Outbox}, {@link DeviceWill}.
 *
 * <p>One timer serves liveness and retransmission. A message from the device only notes the time; the timer finds out, when it is due,
 * that there was life, and is set again.
 */
public final class Session implements Subscriber, DeviceLink {
    /** §7.2: up to a minute a device may be half its keep-alive late, beyond that a tenth. */
    private static final int SHORT_KEEP_ALIVE_SECONDS = 60;

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    // for life
    private final String clientId;
    private final SessionHost host;
    private final OwnerLoop loop;
    private final SessionSettings settings;
    private final DeviceUplink uplink;
    private final ReusableTimer timer;

    // for the session
    private final DeviceTopics topics;
    private final DeviceMemory memory;
    private @Nullable DevicePublisher publisher;
    private @Nullable DeviceSubscriber subscriber;
    private @Nullable Outbox outbox;
    private @Nullable DeviceWill will;
    /** Whether the session outlives its connection. Not before its first CONNECT is accepted, so that a half-open one leaves nothing. */
    private boolean kept;

    /** Who has proved to be the device; null while nobody had to. */
    private @Nullable String identity;

    // for this connection
    /** How many there have been. */
    private int connection;

    private SessionState state = SessionState.DISCONNECTED;
    private @Nullable DeviceAddress address;
    private @Nullable Connect connect;
    private boolean heardSinceConnAck;
    private @Nullable WillPrompt prompt;
    private @Nullable BrokersAnswer brokersAnswer;
    private long toleranceNanos;
    /** The duration of its CONNECT. */
    private int keepAliveSeconds;
    /** The duration of the DISCONNECT it fell asleep with; 0 while it does not sleep. */
    private int sleepSeconds;

    private long lastHeardNanos;

    private @Nullable LastWill lastWill;

    /** The will of a lost device on its way: handed over again while the broker does not take it, until the device is back. */
    private static final class LastWill {
        private final @Nullable UpstreamMessage message;
        private boolean underWay;

        LastWill(@Nullable UpstreamMessage message) {
            this.message = message;
        }
    }

    public Session(String clientId, SessionHost host, SessionSettings settings) {
        this.clientId = clientId;
        this.host = host;
        this.loop = host.loop();
        this.settings = settings;
        this.topics = new DeviceTopics(
                config().maxTopicIds(),
                settings.keeper() == SessionKeeper.BROKER ? IdChoice.BY_NAME : IdChoice.NEXT,
                settings.config().topics().predefinedFor(clientId),
                settings.config().topics().predefined());
        this.memory = new DeviceMemory(clientId, settings, loop);
        this.uplink = host.uplink().forDevice(this);
        this.timer = loop.timer(this::onTimer);
    }

    private SessionsConfig config() {
        return settings.config().sessions();
    }

    private GatewayCounters counters() {
        return settings.counters();
    }

    private String prefix() {
        return settings.config().topics().prefix();
    }

    @Override
    public String clientId() {
        return clientId;
    }

    /** Where the session lives; may be read from any thread. */
    public SessionHost host() {
        return host;
    }

    public SessionState state() {
        return state;
    }

    /** How many messages wait for the device, the one under way included. */
    public int queuedMessages() {
        return outbox == null ? 0 : outbox.size();
    }

    /** Where the device is, or null while that is not known. */
    public @Nullable DeviceAddress address() {
        return address;
    }

    /**
     * Whether the session is that of somebody who has proved to be somebody else. It stays theirs as long as it lasts, wherever they
     * are, and after a restart of the gateway, too.
     *
     * @param other who asks; null for somebody who has proved nothing
     */
    public boolean isOfAnother(@Nullable String other) {
        loop.assertOwner();
        return identity != null && !identity.equals(other);
    }

    @Override
    public OwnerLoop loop() {
        return loop;
    }

    @Override
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    // ---- what happens

    /** A message from this session's address, CONNECT excepted. */
    public void onMessage(SnMessage message) {
        loop.assertOwner();
        lastHeardNanos = loop.nanoTime();
        boolean heardBefore = heardSinceConnAck;
        heardSinceConnAck = true;
        Row row = TransitionTable.row(state, Trigger.of(message));
        switch (row.reaction()) {
            case TAKE_WILL_TOPIC -> takeWillTopic(row, (WillTopic) message);
            case TAKE_WILL_MESSAGE -> takeWillMessage(row, (WillMsg) message);
            case ACCEPT_WITHOUT_WILL -> acceptWithoutWill(row);
            case REGISTER -> onRegister((Register) message);
            case REGISTER_ANSWERED -> answered(box -> box.onRegAck((RegAck) message, lastHeardNanos));
            case PUBLISH -> publisher().onPublish((Publish) message);
            case PUBLISH_RELEASED -> publisher().onPubRel((PubRel) message);
            case PUBLISH_ANSWERED -> answered(box -> box.onPubAck((PubAck) message, lastHeardNanos));
            case PUBLISH_RECEIVED -> onPubRec((PubRec) message);
            case PUBLISH_COMPLETED -> answered(box -> box.onPubComp((PubComp) message, lastHeardNanos));
            case SUBSCRIBE -> subscriber().onSubscribe((Subscribe) message);
            case UNSUBSCRIBE -> subscriber().onUnsubscribe((Unsubscribe) message);
            case UPDATE_WILL_TOPIC -> updateWillTopic((WillTopicUpd) message);
            case UPDATE_WILL_MESSAGE -> updateWillMessage((WillMsgUpd) message);
            case ANSWER_PING -> send(new PingResp());
            case WAKE -> wake(row);
            case REPEAT -> answered(box -> box.repeat(lastHeardNanos));
            case FALL_ASLEEP -> fallAsleep(row, (Disconnect) message);
            case LEAVE -> {
                send(Disconnect.PLAIN);
                leave(row, "disconnected");
            }
            case NOTE_LIFE, ANSWER_SEARCH -> {}
            case ACCEPT_AGAIN -> acceptAgain(heardBefore);
            case IGNORE -> counters().messagesIgnored.increment();
            default -> throw new IllegalStateException(row + " is not for a message from the session's address");
        }
    }

    /** A frame from this session's address that is malformed but has an answer. It is no sign of life. */
    public void onMalformed(SnMessage reply) {
        loop.assertOwner();
        if (!(reply instanceof ConnAck)) {
            if (state.isConnected()) {
                send(reply);
            }
        } else if (state == SessionState.CONNECTING) {
            // A will that cannot be used: the CONNECT it belongs to is refused.
            send(reply);
            abandon(TransitionTable.row(state, Trigger.RETRIES_EXHAUSTED));
        }
    }

    /** Another device has appeared at this session's address. */
    public void onAddressTaken() {
        loop.assertOwner();
        Row row = TransitionTable.row(state, Trigger.ADDRESS_TAKEN);
        switch (row.reaction()) {
            case LEAVE_SILENTLY -> leave(row, "replaced at its address");
            case LOSE_ADDRESS -> {
                unbind();
                sleep(row);
                noteIfKept(state);
            }
            case ABANDON -> abandon(row);
            default -> unbind();
        }
    }

    private void move(Row row) {
        if (state != row.from()) {
            throw new IllegalStateException(row + " in state " + state);
        }
        if (isAwake(state) != isAwake(row.to())) {
            uplink.onAwake(isAwake(row.to()));
        }
        if (state.isConnected() != row.to().isConnected()) {
            if (row.to().isConnected()) {
                counters().devicesConnected.increment();
            } else {
                counters().devicesConnected.decrement();
            }
        }
        enter(row.to());
    }

    private void enter(SessionState next) {
        counter(state).decrement();
        state = next;
        counter(state).increment();
    }

    /** Of the sessions in a state. */
    private LongAdder counter(SessionState of) {
        return switch (of) {
            case DISCONNECTED -> counters().sessionsDisconnected;
            case CONNECTING -> counters().sessionsConnecting;
            case ACTIVE -> counters().sessionsActive;
            case ASLEEP -> counters().sessionsAsleep;
            case AWAKE -> counters().sessionsAwake;
            case LOST -> counters().sessionsLost;
        };
    }

    /** It is the session of its client id from now on. */
    public void onEntered() {
        counter(state).increment();
    }

    /** It is so no more. */
    public void onRemoved() {
        counter(state).decrement();
    }

    private static boolean isAwake(SessionState state) {
        return state == SessionState.ACTIVE || state == SessionState.AWAKE;
    }

    private void tell(String what) {
        log.atInfo()
                .addKeyValue("device", MessageText.ofText(clientId))
                .addKeyValue("address", address)
                .log(what);
    }

    // ---- connecting

    /**
     * A CONNECT that was admitted, from any address (§6.2, §6.3; the cases are those of {@code docs/spec-interpretation.md}).
     *
     * @param from where the device is now
     */
    public void onConnect(DeviceAddress from, Connect message) {
        loop.assertOwner();
        lastHeardNanos = loop.nanoTime();
        boolean repeated = from.equals(address) && message.equals(connect) && !heardSinceConnAck;
        if (repeated && state == SessionState.ACTIVE) {
            send(new ConnAck(ReturnCode.ACCEPTED));
            return;
        }
        if (brokersAnswer != null && from.equals(address) && message.equals(connect)) {
            return;
        }
        Row row = TransitionTable.row(state, Trigger.of(message));
        boolean moved = !from.equals(address);
        moveTo(from);
        lastWill = null;
        switch (row.reaction()) {
            case ACCEPT -> {
                if (beginSession(message)) {
                    admit(row, message);
                    if (moved) {
                        noteState();
                    }
                } else {
                    accept(row, message);
                }
            }
            case PROMPT_WILL -> {
                beginSession(message);
                promptWill(row, message);
            }
            case RESUME -> resume(row, message);
            default -> throw new IllegalStateException(row + " is not for CONNECT");
        }
    }

    /** The device is here now; wherever it was before, it is told that it is not connected there. */
    private void moveTo(DeviceAddress from) {
        DeviceAddress before = address;
        if (before != null && !before.equals(from)) {
            host.send(before, Disconnect.PLAIN);
            unbind();
        }
        address = from;
        identity = from.identity();
    }

    /**
     * §6.3: what of the session before stays. All, when the CONNECT that has ended a sleep is repeated.
     *
     * @return whether all stays, and with it how long the session lasts
     */
    private boolean beginSession(Connect message) {
        boolean resumesAgain = state.isConnected() && !message.cleanSession() && message.equals(connect);
        if (!resumesAgain && (message.cleanSession() || !kept)) {
            discard();
            uplink.disconnect(false);
            kept = false;
        }
        connect = message;
        keepAliveSeconds = message.duration();
        connection++;
        prompt = null;
        brokersAnswer = null;
        if (outbox != null) {
            outbox.close();
            outbox.onConnection();
        }
        if (publisher != null) {
            publisher.onConnection();
        }
        if (subscriber != null) {
            subscriber.onConnection();
        }
        topics.forgetConfirmations();
        return resumesAgain;
    }

    /** The gateway would let the device in; now the broker is asked, which may answer at once. */
    private void accept(Row row, Connect message) {
        prompt = null;
        BrokersAnswer answer = new BrokersAnswer(row, message);
        brokersAnswer = answer;
        uplink.connect(message.cleanSession(), willToUpstream(will), answer);
        if (brokersAnswer == answer) {
            answer.waited = true;
            move(TransitionTable.row(state, Trigger.BROKER_ASKED));
            timer.cancel();
        }
    }

    private @Nullable UpstreamMessage willToUpstream(@Nullable DeviceWill of) {
        return of == null ? null : of.toUpstream(prefix());
    }

    /** What the broker says of the CONNECT that was asked for last. */
    private final class BrokersAnswer implements DeviceUplink.ConnectListener {
        private final Row atOnce;
        private final Connect message;
        private boolean waited;

        BrokersAnswer(Row atOnce, Connect message) {
            this.atOnce = atOnce;
            this.message = message;
        }

        @Override
        public void onAccepted() {
            loop.assertOwner();
            if (brokersAnswer == this) {
                kept = !message.cleanSession();
                memory.setKept(kept);
                memory.save(
                        facts(
                                SessionState.ACTIVE,
                                0,
                                tolerance(message.duration()).toNanos(),
                                will),
                        this::onSaved,
                        this::onNotSaved);
            }
        }

        private void onSaved() {
            if (brokersAnswer == this) {
                brokersAnswer = null;
                admit(waited ? TransitionTable.row(state, Trigger.BROKER_ACCEPTED) : atOnce, message);
            }
        }

        /** What cannot be kept is not promised. */
        private void onNotSaved() {
            if (brokersAnswer == this) {
                uplink.disconnect(kept);
                onRefused(PublishOutcome.CONGESTION);
            }
        }

        @Override
        public void onRefused(PublishOutcome outcome) {
            loop.assertOwner();
            if (brokersAnswer == this) {
                brokersAnswer = null;
                counters().connectsRefused.increment();
                send(new ConnAck(DevicePublisher.returnCode(outcome)));
                leave(TransitionTable.row(state, Trigger.BROKER_REFUSED), "refused by the broker");
            }
        }
    }

    private void admit(Row row, Connect message) {
        move(row);
        prompt = null;
        sleepSeconds = 0;
        tell("connected");
        counters().connectsAccepted.increment();
        toleranceNanos = tolerance(message.duration()).toNanos();
        heardSinceConnAck = false;
        send(new ConnAck(ReturnCode.ACCEPTED));
        openOutbox(0);
        setTimer();
    }

    /** §6.14, asleep or awake: the device wants to be active again, and nothing else. */
    private void resume(Row row, Connect message) {
        connect = message;
        keepAliveSeconds = message.duration();
        topics.forgetConfirmations();
        admit(row, message);
        noteState();
    }

    /** For a restart; nobody waits for it. */
    private void noteState() {
        noteState(state);
    }

    private void noteState(SessionState noted) {
        memory.noteState(facts(noted, sleepSeconds, noted.isConnected() ? toleranceNanos : 0, will));
    }

    private DeviceMemory.Facts facts(SessionState noted, int sleep, long nanosToLive, @Nullable DeviceWill lastWord) {
        return new DeviceMemory.Facts(noted, address, identity, keepAliveSeconds, sleep, nanosToLive, lastWord);
    }

    private void noteIfKept(SessionState noted) {
        if (kept) {
            noteState(noted);
        }
    }

    private Duration tolerance(int seconds) {
        if (seconds == 0) {
            return config().maxIdle();
        }
        long millis = seconds * (seconds <= SHORT_KEEP_ALIVE_SECONDS ? 1500L : 1100L);
        Duration tolerated = Duration.ofMillis(millis);
        return tolerated.compareTo(config().retryInterval()) < 0 ? config().retryInterval() : tolerated;
    }

    // ---- the will

    private void promptWill(Row row, Connect message) {
        move(row);
        prompt = new WillPrompt(message, nextPrompt());
        send(prompt.question());
        setTimer();
    }

    private void takeWillTopic(Row row, WillTopic message) {
        WillPrompt open = prompt;
        WillHeader header = Objects.requireNonNull(message.will());
        if (open == null) {
            counters().messagesIgnored.increment();
            return;
        }
        if (isRefused(header)) {
            send(new ConnAck(ReturnCode.NOT_SUPPORTED));
            abandon(TransitionTable.row(state, Trigger.RETRIES_EXHAUSTED));
            return;
        }
        move(row);
        open.answerTopic(header, nextPrompt());
        send(open.question());
        setTimer();
    }

    private void takeWillMessage(Row row, WillMsg message) {
        WillPrompt open = prompt;
        WillHeader header = open == null ? null : open.header();
        if (open == null || header == null) {
            counters().messagesIgnored.increment();
            return;
        }
        will = new DeviceWill(header, message.message());
        accept(row, open.connect());
    }

    /** Only the answer to the first question can be empty; later it is a repetition that has lost its way. */
    private void acceptWithoutWill(Row row) {
        WillPrompt open = prompt;
        if (open == null || open.header() != null) {
            counters().messagesIgnored.increment();
            return;
        }
        will = null;
        accept(row, open.connect());
    }

    /** The device repeats what it said of its will: the CONNACK was lost, if nothing came since. */
    private void acceptAgain(boolean heardBefore) {
        if (heardBefore || connect == null || !connect.will()) {
            counters().messagesIgnored.increment();
        } else {
            heardSinceConnAck = false;
            send(new ConnAck(ReturnCode.ACCEPTED));
        }
    }

    private boolean isRefused(WillHeader header) {
        return header.topic().startsWith("$") || !TopicName.isValid(prefix() + header.topic());
    }

    private void updateWillTopic(WillTopicUpd message) {
        WillHeader header = message.will();
        if (header == null) {
            changeWill(null, WillTopicResp::new);
        } else if (isRefused(header)) {
            send(new WillTopicResp(ReturnCode.NOT_SUPPORTED));
        } else {
            changeWill(will == null ? new DeviceWill(header, Payload.EMPTY) : will.with(header), WillTopicResp::new);
        }
    }

    private void updateWillMessage(WillMsgUpd message) {
        if (will == null) {
            send(new WillMsgResp(ReturnCode.NOT_SUPPORTED));
        } else {
            changeWill(will.with(message.message()), WillMsgResp::new);
        }
    }

    /** §6.4, if the broker takes part in it. */
    private void changeWill(@Nullable DeviceWill changed, Function<ReturnCode, SnMessage> answer) {
        int during = connection;
        uplink.changeWill(willToUpstream(changed), outcome -> {
            if (during != connection || !state.isConnected()) {
                return;
            }
            if (outcome != PublishOutcome.ACCEPTED) {
                send(answer.apply(DevicePublisher.returnCode(outcome)));
                return;
            }
            memory.save(
                    facts(state, sleepSeconds, toleranceNanos, changed),
                    () -> {
                        if (during == connection && state.isConnected()) {
                            will = changed;
                            send(answer.apply(ReturnCode.ACCEPTED));
                        }
                    },
                    () -> {
                        if (during == connection && state.isConnected()) {
                            send(answer.apply(ReturnCode.CONGESTION));
                        }
                    });
        });
    }

    private void publishLastWill() {
        LastWill last = lastWill;
        if (last == null || last.underWay) {
            return;
        }
        last.underWay = true;
        uplink.lose(kept, last.message, outcome -> {
            last.underWay = false;
            if (last != lastWill) {
                return;
            }
            if (outcome == PublishOutcome.CONGESTION) {
                setTimer();
            } else {
                lastWill = null;
                noteState();
                endUnlessKept();
            }
        });
    }

    // ---- leaving

    private void leave(Row row, String why) {
        tell(why);
        move(row);
        timer.cancel();
        prompt = null;
        brokersAnswer = null;
        unbind();
        if (outbox != null) {
            closeOutboxOfAbsent(outbox);
        }
        if (!kept) {
            discardAllButWill();
        }
        switch (row.reaction()) {
            case LOSE -> {
                counters().devicesLost.increment();
                noteIfKept(row.from()); // while the will is not out, a restart has to come to this again
                lastWill = new LastWill(willToUpstream(will));
                publishLastWill();
            }
            case REFUSE, DROP -> {
                noteIfKept(state);
                endUnlessKept();
            }
            default -> {
                uplink.disconnect(kept);
                noteState();
                endUnlessKept();
            }
        }
    }

    private void closeOutboxOfAbsent(Outbox box) {
        if (settings.keeper() == SessionKeeper.BROKER) {
            box.leaveToBroker();
        } else {
            box.close();
        }
    }

    @Override
    public void onDropped(Disconnection disconnection) {
        loop.assertOwner();
        Row row = TransitionTable.row(state, Trigger.BROKER_DROPPED);
        if (row.reaction() == Reaction.DROP) {
            boolean elsewhere = disconnection.cause() == Disconnection.Cause.TAKEN_OVER;
            if (!elsewhere) {
                send(Disconnect.PLAIN);
            }
            kept = false;
            leave(row, elsewhere ? "now served by another gateway" : "dropped by the broker");
        }
    }

    private void abandon(Row row) {
        leave(row, "gave up connecting");
    }

    private void endUnlessKept() {
        if (!kept) {
            discard();
            host.onEnded(this);
        }
    }

    private void unbind() {
        DeviceAddress before = address;
        if (before != null) {
            address = null;
            host.onUnbound(this, before);
        }
    }

    private void discard() {
        memory.forget();
        discardAllButWill();
        will = null;
    }

    private void discardAllButWill() {
        if (subscriber != null) {
            subscriber.clear();
            subscriber = null;
        }
        if (outbox != null) {
            outbox.clear();
            outbox = null;
        }
        if (publisher != null) {
            publisher.clear();
            publisher = null;
        }
        topics.clear();
    }

    // ---- sleeping

    private void fallAsleep(Row row, Disconnect message) {
        toleranceNanos = tolerance(message.duration()).toNanos();
        boolean changed = state != SessionState.ASLEEP || sleepSeconds != message.duration();
        sleepSeconds = message.duration();
        send(Disconnect.PLAIN);
        sleep(row);
        if (changed) {
            noteState();
        }
    }

    private void sleep(Row row) {
        if (row.from() != row.to()) {
            log.atDebug().addKeyValue("device", MessageText.ofText(clientId)).log("asleep");
        }
        move(row);
        if (outbox != null) {
            outbox.close();
        }
        setTimer();
    }

    /**
     * A sleeping device has woken at another address (§6.14; roaming).
     *
     * @param from where it is now
     */
    public void onWokenAt(DeviceAddress from, SnMessage message) {
        loop.assertOwner();
        if (!from.equals(address)) {
            unbind();
            address = from;
            identity = from.identity();
            noteIfKept(state);
        }
        tell("woken at a new address");
        onMessage(message);
    }

    private void wake(Row row) {
        move(row);
        openOutbox(config().maxAwakeMessages());
        setTimer();
        sleepWhenDrained();
    }

    private void sleepWhenDrained() {
        if (state == SessionState.AWAKE && (outbox == null || outbox.isDrained())) {
            send(new PingResp());
            sleep(TransitionTable.row(state, Trigger.QUEUE_DRAINED));
        }
    }

    // ---- topics, publishing, subscribing

    private void onRegister(Register message) {
        int id = TopicName.isValid(prefix() + message.topicName()) ? topics.register(message.topicName()) : -1;
        if (id <= 0) {
            send(new RegAck(0, message.msgId(), id < 0 ? ReturnCode.NOT_SUPPORTED : ReturnCode.CONGESTION));
            return;
        }
        int during = connection;
        memory.addTopicId(
                id,
                message.topicName(),
                () -> sendDuring(during, new RegAck(id, message.msgId(), ReturnCode.ACCEPTED)),
                () -> sendDuring(during, new RegAck(0, message.msgId(), ReturnCode.CONGESTION)));
    }

    private void sendDuring(int thatConnection, SnMessage message) {
        if (thatConnection == connection) {
            send(message);
        }
    }

    private DevicePublisher publisher() {
        if (publisher == null) {
            publisher = new DevicePublisher(
                    loop,
                    uplink,
                    topics,
                    this,
                    prefix(),
                    config(),
                    settings.config().admission().qosMinusOne(),
                    counters(),
                    memory);
        }
        return publisher;
    }

    private DeviceSubscriber subscriber() {
        if (subscriber == null) {
            subscriber = new DeviceSubscriber(
                    loop, uplink, topics, this, prefix(), config().maxSubscriptions(), memory, this::onSettled);
        }
        return subscriber;
    }

    private void onSettled() {
        answered(box -> box.sendNext(loop.nanoTime()));
    }

    // ---- messages to the device

    /** Something to do with the outbox, when there is one. */
    @FunctionalInterface
    private interface OutboxAction {
        void on(Outbox box);
    }

    private void answered(OutboxAction action) {
        if (outbox != null) {
            action.on(outbox);
            setTimer();
        }
        sleepWhenDrained();
    }

    private void onPubRec(PubRec message) {
        if (outbox == null) {
            send(new PubRel(message.msgId()));
        } else {
            answered(box -> box.onPubRec(message, lastHeardNanos));
        }
    }

    @Override
    public void onDelivery(Delivery delivery) {
        loop.assertOwner();
        boolean brokerKeeps = settings.keeper() == SessionKeeper.BROKER && delivery.qos() != Qos.AT_MOST_ONCE;
        boolean stored = memory.isKept() && delivery.qos() != Qos.AT_MOST_ONCE;
        if (!brokerKeeps && !stored) {
            // What is offered is in the gateway's hands.
            offer(delivery, null);
            delivery.taken().run();
        } else if (!offer(delivery, delivery.taken())) {
            delivery.taken().run();
        }
    }

    /**
     * Whether the message is on its way to the device, so that {@code taken} will be run.
     *
     * @param taken null when there is nobody to tell
     */
    private boolean offer(Delivery delivery, @Nullable Runnable taken) {
        TopicFilter filter = delivery.via();
        Subscription via = filter == null || subscriber == null ? null : subscriber.get(filter);
        if (filter != null && via == null) {
            return false;
        }
        if (delivery.topic().length() <= prefix().length()) {
            // "prefix/#" matches "prefix", too, which no device can name.
            counters().undeliverable.increment();
            return false;
        }
        if (delivery.qos() == Qos.AT_MOST_ONCE && !isQos0Wanted()) {
            counters().queueDroppedQos0.increment();
            return false;
        }
        if (outbox == null) {
            outbox = newOutbox();
            if (canSendUnasked()) {
                openOutbox(0);
            }
        }
        String topic = topicForDevice(delivery, via);
        TopicRef exactRef = subscriber == null ? null : subscriber.exactRef(via, topic);
        outbox.offer(delivery, via, topic, exactRef, taken, loop.nanoTime());
        setTimer();
        return true;
    }

    /** After a restart it may not be known where the device is, and nothing goes out while the listeners are not open. */
    private boolean canSendUnasked() {
        return state == SessionState.ACTIVE && address != null && host.isListening();
    }

    /** Without a connection QoS 0 is not kept, asleep as configured (§6.14: all messages). */
    private boolean isQos0Wanted() {
        return state == SessionState.ACTIVE
                || (state.isSleeping() && config().sleepBuffer().keepQos0());
    }

    /** Without the prefix. An exact subscription's own text is used, so that many waiting messages share one. */
    private String topicForDevice(Delivery delivery, @Nullable Subscription via) {
        return via != null && via.exactTopic() != null
                ? via.exactTopic()
                : delivery.topic().substring(prefix().length());
    }

    private Outbox newOutbox() {
        return new Outbox(
                topics, this, counters(), settings.budget(), config(), settings.keeper(), memory, this::onSettled);
    }

    private void openOutbox(int maxMessages) {
        if (outbox != null) {
            outbox.open(maxMessages, lastHeardNanos);
        }
    }

    @Override
    public void send(SnMessage message) {
        if (address != null) {
            host.send(address, message);
        }
    }

    @Override
    public int maxFrameOctets() {
        return address == null ? 0 : host.maxFrameOctets(address);
    }

    @Override
    public long sendingNanos(SnMessage message) {
        return address == null ? 0 : host.sendingNanos(address, message);
    }

    // ---- restart of the gateway

    /**
     * Makes this new session what it was before the gateway was restarted. The device is supervised for as long as if it had just been
     * heard of: it could not be heard meanwhile.
     *
     * @param where where the device was; null when that is not known, so that the device has to connect, or wake with its client id
     */
    public void restore(StoredDevice stored, @Nullable DeviceAddress where) {
        loop.assertOwner();
        StoredSession session = stored.session();
        lastHeardNanos = loop.nanoTime();
        kept = !session.cleanSession();
        identity = session.identity();
        List<StoredDelivery> deliveries = stored.deliveries();
        List<StoredSubscription> subscribed = stored.subscriptions();
        memory.restore(
                session,
                deliveries.isEmpty() ? 0 : deliveries.get(deliveries.size() - 1).seq(),
                subscribed.isEmpty() ? 0 : subscribed.get(subscribed.size() - 1).position());
        StoredWill storedWill = session.will();
        if (storedWill != null) {
            WillHeader header = new WillHeader(storedWill.qos(), storedWill.retain(), storedWill.topic());
            will = new DeviceWill(header, storedWill.payload());
        }
        stored.topicIds().forEach(id -> topics.restore(id.id(), id.name()));
        subscribed.forEach(one -> subscriber().restore(one));
        stored.exchanges().forEach(one -> publisher().restore(one.msgId(), (int) one.checksum()));
        deliveries.forEach(this::restore);
        restoreState(session, where);
    }

    private void restore(StoredDelivery delivery) {
        if (outbox == null) {
            outbox = newOutbox();
        }
        Subscription via = subscriber == null ? null : subscriber.named(delivery.via());
        TopicRef exactRef = subscriber == null ? null : subscriber.exactRef(via, delivery.topic());
        long expires = delivery.expiresMillis() == 0
                ? Delivery.NEVER
                : loop.nanoTime()
                        + (delivery.expiresMillis() - settings.wallClock().millis()) * 1_000_000;
        outbox.restore(delivery, via, exactRef, expires);
    }

    private void restoreState(StoredSession session, @Nullable DeviceAddress where) {
        keepAliveSeconds = session.keepAliveSeconds();
        boolean wasAsleep = session.state().equals(SessionState.ASLEEP.name())
                || session.state().equals(SessionState.AWAKE.name());
        if (!wasAsleep && !session.state().equals(SessionState.ACTIVE.name())) {
            return;
        }
        enter(wasAsleep ? SessionState.ASLEEP : SessionState.ACTIVE);
        address = kept ? where : null;
        uplink.onAwake(isAwake(state));
        sleepSeconds = session.sleepSeconds();
        toleranceNanos =
                tolerance(wasAsleep ? sleepSeconds : session.keepAliveSeconds()).toNanos();
        counters().devicesConnected.increment();
        setTimer();
    }

    /** After a restart: the listeners are open now. */
    public void onListening() {
        loop.assertOwner();
        if (canSendUnasked() && outbox != null && !outbox.isOpen()) {
            openOutbox(0);
            setTimer();
        }
    }

    /** The store works again. */
    public void onStoreWorks() {
        loop.assertOwner();
        memory.repair();
        if (outbox != null) {
            outbox.storeAgain();
        }
    }

    // ---- time

    private long nextRetry() {
        return loop.nanoTime() + config().retryInterval().toNanos();
    }

    /** When a question of the will dialogue that is sent now is to be repeated; both have the same size. */
    private long nextPrompt() {
        return nextRetry() + sendingNanos(new WillTopicReq());
    }

    /** Sets the timer for what comes first. A timer that is due earlier is left alone: it will look again. */
    private void setTimer() {
        switch (state) {
            case CONNECTING -> {
                if (prompt != null) {
                    armBy(prompt.dueNanos());
                }
            }
            case ACTIVE -> {
                armBy(lastHeardNanos + toleranceNanos);
                armForOutbox();
            }
            case ASLEEP -> armBy(lastHeardNanos + toleranceNanos);
            case AWAKE -> armForOutbox();
            case DISCONNECTED, LOST -> {
                if (lastWill != null && !lastWill.underWay) {
                    armBy(nextRetry());
                }
            }
        }
    }

    private void armForOutbox() {
        if (outbox != null && outbox.isWaiting()) {
            armBy(outbox.dueNanos());
        }
    }

    private void armBy(long due) {
        if (!timer.isArmed() || due - timer.deadlineNanos() < 0) {
            timer.armAt(due);
        }
    }

    private void onTimer() {
        long now = loop.nanoTime();
        switch (state) {
            case CONNECTING -> promptAgain(now);
            case ACTIVE, ASLEEP, AWAKE -> supervise(now);
            case DISCONNECTED, LOST -> publishLastWill();
        }
        setTimer();
    }

    private void promptAgain(long now) {
        WillPrompt open = prompt;
        if (open == null || now - open.dueNanos() < 0) {
            return;
        }
        if (open.repetitions() >= config().retryCount()) {
            abandon(TransitionTable.row(state, Trigger.RETRIES_EXHAUSTED));
            return;
        }
        open.repeat(nextPrompt());
        counters().retransmissions.increment();
        send(open.question());
    }

    private void supervise(long now) {
        if (state != SessionState.AWAKE && now - lastHeardNanos - toleranceNanos >= 0) {
            leave(TransitionTable.row(state, Trigger.LIVENESS_EXPIRED), "lost: not heard of in time");
            return;
        }
        Outbox box = outbox;
        if (box == null || !box.isDue(now)) {
            return;
        }
        if (!box.onDue(now)) {
            Row row = TransitionTable.row(state, Trigger.RETRIES_EXHAUSTED);
            if (row.reaction() == Reaction.SLEEP_SILENTLY) {
                sleep(row);
            } else {
                leave(row, "lost: does not answer");
            }
            return;
        }
        sleepWhenDrained();
    }
}
