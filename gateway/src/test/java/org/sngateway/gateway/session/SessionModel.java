// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
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
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
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
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.testsupport.Messages;

/**
 * One device and one broker that behave at random, and a clock. Of the gateway is checked after each step what it promises:
 * <ul>
 *   <li>the state changes along a row of the {@link TransitionTable} that what happened can take, and a silent device is lost in time;
 *   <li>{@link DeliveryPromises}, {@link UplinkPromises}, {@link WillPromises};
 *   <li>a connected device is answered;
 *   <li>nothing is sent to who sleeps or is not connected, but answers;
 *   <li>PINGRESP ends an awake period, and comes when nothing is left that could be sent;
 *   <li>one timer, a bounded queue, a budget that is given back.
 * </ul>
 */
final class SessionModel {
    private static final String CLIENT_ID = "dev";
    private static final int MAX_QUEUED = 4;
    private static final int MAX_QUEUED_OCTETS = 1024;
    private static final int MAX_SUBSCRIPTIONS = 4;
    private static final int MAX_IN_FLIGHT = 3;
    private static final int AWAKE_LIMIT = 2;
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);
    private static final Duration MEMORY = RETRY_INTERVAL.multipliedBy(2);
    private static final int PREDEFINED_ID = 9;
    private static final String PREDEFINED_TOPIC = "s/t";
    private static final int ID_NEVER_USED = 40_000;
    private static final List<String> CONFIGS = List.of(
            config("overflow: drop-oldest-qos-0", "max-awake-messages: 0", "qos-minus-one: false"),
            config("overflow: drop-oldest", "max-awake-messages: " + AWAKE_LIMIT, "qos-minus-one: true"),
            config("overflow: drop-newest, qos-0: false", "max-awake-messages: 0", "qos-minus-one: false"));

    private static final List<String> TOPICS = List.of("a/b", "a/c", "ab", PREDEFINED_TOPIC);
    private static final List<TopicRef> FILTERS = List.of(
            Messages.name("a/b"),
            Messages.name("a/+"),
            Messages.name("#"),
            Messages.shortName("ab"),
            Messages.predefined(PREDEFINED_ID),
            Messages.name(PREDEFINED_TOPIC));
    private static final List<TopicRef> LASTING_TOPICS =
            List.of(Messages.shortName("ab"), Messages.predefined(PREDEFINED_ID));
    private static final List<TopicRef> PUBLISH_TOPICS =
            List.of(Messages.id(1), Messages.id(2), LASTING_TOPICS.get(0), LASTING_TOPICS.get(1));
    private static final int[] CODES = {0, 0, 0, 0, 0, 0, 1, 2, 2, 3, 4};
    private static final List<PublishOutcome> OUTCOMES = List.of(
            PublishOutcome.ACCEPTED,
            PublishOutcome.ACCEPTED,
            PublishOutcome.ACCEPTED,
            PublishOutcome.CONGESTION,
            PublishOutcome.REFUSED);
    private static final List<Qos> GRANTS =
            List.of(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE, Qos.EXACTLY_ONCE);
    private static final int[] SLEEP_SECONDS = {5, 30, 120};
    private static final Set<Trigger> BY_BROKER = EnumSet.of(Trigger.QUEUE_DRAINED);
    private static final Set<Trigger> BY_TIME =
            EnumSet.of(Trigger.LIVENESS_EXPIRED, Trigger.RETRIES_EXHAUSTED, Trigger.QUEUE_DRAINED);

    private final Random random;
    private final boolean limitsAwake;
    private final TestGateway gateway;
    private final GatewayCounters counters;
    private final FakeUplink uplink;
    private final List<LockstepDevice> places;
    private final List<List<?>> story = new ArrayList<>();
    private final Map<SessionState, Integer> visits = new EnumMap<>(SessionState.class);

    private final DeliveryPromises deliveries = new DeliveryPromises(Map.of(PREDEFINED_ID, PREDEFINED_TOPIC));
    private final UplinkPromises publications = new UplinkPromises(MAX_IN_FLIGHT);
    private final WillPromises will = new WillPromises();

    // the broker
    private final List<FakeUplink.Published> published = new ArrayList<>();
    private final List<FakeUplink.Subscription> asked = new ArrayList<>();
    private final List<FakeUplink.Subscription> granted = new ArrayList<>();
    private final Map<TopicFilter, Qos> grantedQos = new HashMap<>();
    private int sequence;

    // the device
    private final Map<Integer, Register> registers = new HashMap<>();
    private final Map<Integer, Subscribe> subscribes = new HashMap<>();
    private LockstepDevice device;
    private int lastMsgId = 100;
    private int sent;

    // the session, as the device may expect it
    private @Nullable Connect lastConnect;
    private boolean kept;
    /** What the CONNECT under way makes of that; one that is abandoned makes nothing of it. */
    private boolean keptWhenAccepted;

    private @Nullable WillHeader offeredWill;
    private @Nullable WillHeader promptedWill;
    private long lastHeardNanos;
    private long toleranceNanos;

    // this step
    private SessionState before = SessionState.DISCONNECTED;
    private boolean opens;
    private long acceptedBefore;
    private long lostBefore;
    private final List<SnMessage> answers = new ArrayList<>();
    private int awakePeriods;

    SessionModel(long seed) {
        random = new Random(seed);
        int config = (int) Math.floorMod(seed, (long) CONFIGS.size());
        limitsAwake = config == 1;
        gateway = TestGateway.start(CONFIGS.get(config));
        counters = gateway.counters();
        uplink = gateway.uplink();
        places = IntStream.range(0, 3).mapToObj(gateway::device).toList();
        device = places.get(0);
    }

    private static String config(String overflow, String awake, String qosMinusOne) {
        return "{ topics: { predefined: { 9: s/t } }, admission: { " + qosMinusOne + " }, "
                + "sessions: { retry-interval: 5s, retry-count: 2, max-subscriptions: 4, max-in-flight: "
                + MAX_IN_FLIGHT + ", " + awake
                + ", sleep-buffer: { messages: 4, bytes: 1KiB, " + overflow + " } } }";
    }

    // ---- what happens

    void step() {
        begin();
        int dice = random.nextInt(100);
        if (before == SessionState.CONNECTING && dice < 60) {
            answerPrompt();
        } else if (before == SessionState.ASLEEP && dice < 15) {
            wake();
        } else if (dice < 3 || (!before.isConnected() && dice < 60)) {
            connect();
        } else if (dice < 4) {
            send(Disconnect.PLAIN);
        } else if (dice < 8) {
            send(new Disconnect(pick(SLEEP_SECONDS)));
        } else if (dice < 9) {
            send(Messages.pingReq());
        } else if (dice < 10) {
            wake();
        } else if (dice < 12) {
            register();
        } else if (dice < 20) {
            subscribe();
        } else if (dice < 22) {
            send(new Unsubscribe(nextMsgId(), pick(FILTERS)));
        } else if (dice < 32) {
            publish();
        } else if (dice < 38) {
            release();
        } else if (dice < 40) {
            updateWill();
        } else if (dice < 42) {
            answerWrong();
        } else if (dice < 43) {
            takeAddress();
        } else if (dice < 52) {
            completePublish();
        } else if (dice < 60) {
            answerSubscribe();
        } else if (dice < 74) {
            deliver();
        } else if (dice < 92) {
            answer(pick(CODES));
        } else {
            advance(random.nextInt(20) == 0 ? Duration.ofMinutes(6) : Duration.ofMillis(random.nextInt(6000)));
        }
    }

    private void connect() {
        boolean clean = random.nextInt(4) == 0;
        boolean withWill = random.nextInt(4) == 0;
        if (random.nextInt(8) == 0) {
            device = pick(places);
        }
        Connect repeated = lastConnect;
        connect(
                repeated != null && random.nextInt(5) == 0
                        ? repeated
                        : new Connect(withWill, clean, Messages.KEEP_ALIVE_SECONDS, CLIENT_ID));
    }

    private void connect(Connect message) {
        story.add(List.of("device:", message, device.address()));
        device.send(message);
        boolean isRepetition = state() == SessionState.ACTIVE && counters.connectsAccepted.sum() == acceptedBefore;
        Promise.keep(
                !isRepetition || (before == SessionState.ACTIVE && message.equals(lastConnect)),
                "only a repetition changes nothing",
                message);
        if (!isRepetition) {
            boolean keepsAll = !message.cleanSession()
                    && before.isConnected()
                    && (message.equals(lastConnect) || (before.isSleeping() && !message.will()));
            if (!keepsAll && (message.cleanSession() || !kept)) {
                forgetSession();
                will.delete();
                kept = false;
            }
            keptWhenAccepted = keepsAll ? kept : !message.cleanSession();
            if (!before.isSleeping() || message.cleanSession() || message.will()) {
                publications.onConnection();
            }
            lastConnect = message;
            offeredWill = null;
            promptedWill = null;
            will.onReturn();
        }
        toleranceNanos = Duration.ofSeconds(90).toNanos();
        lastHeardNanos = now();
        check(EnumSet.of(Trigger.of(message)));
        Promise.keep(
                answers.stream().anyMatch(one -> one instanceof ConnAck || one instanceof WillTopicReq),
                "CONNECT is answered",
                answers);
    }

    private void answerPrompt() {
        if (promptedWill != null || random.nextInt(10) == 0) {
            Payload message = Payload.utf8("will" + ++sent);
            WillHeader header = promptedWill;
            if (isBound() && header != null) {
                will.set(header, message);
            }
            send(new WillMsg(message));
        } else {
            int dice = random.nextInt(10);
            WillHeader header = dice == 0 ? null : dice == 1 ? header("$will/t") : header("will/" + ++sent);
            offeredWill = header;
            if (isBound() && header == null && before == SessionState.CONNECTING) {
                will.delete();
            }
            send(new WillTopic(header));
        }
    }

    private WillHeader header(String topic) {
        return new WillHeader(Qos.ofBits(random.nextInt(3)), random.nextBoolean(), topic);
    }

    private void updateWill() {
        boolean existed = will.exists();
        if (random.nextBoolean()) {
            Payload message = Payload.utf8("will" + ++sent);
            send(new WillMsgUpd(message));
            for (SnMessage one : answers) {
                if (one instanceof WillMsgResp resp) {
                    Promise.keep(resp.returnCode().isAccepted() == existed, "a will is updated when there is one");
                    if (existed) {
                        will.setMessage(message);
                    }
                }
            }
            return;
        }
        int dice = random.nextInt(8);
        WillHeader header = dice == 0 ? null : dice == 1 ? header("$will/t") : header("will/" + ++sent);
        send(new WillTopicUpd(header));
        for (SnMessage one : answers) {
            if (one instanceof WillTopicResp resp) {
                Promise.keep(resp.returnCode().isAccepted() == (dice != 1), "the will topic is acceptable", header);
                if (header == null) {
                    will.delete();
                } else if (dice != 1) {
                    will.setHeader(header);
                }
            }
        }
    }

    /** At this place or another, with the client id or, where the device is known, without. */
    private void wake() {
        LockstepDevice home = device;
        boolean roams = random.nextInt(8) == 0;
        if (roams) {
            device = pick(places);
        }
        PingReq ping = new PingReq(roams || random.nextBoolean() ? CLIENT_ID : "");
        boolean reaches = isBound() || (before.isSleeping() && !ping.clientId().isEmpty());
        if (before == SessionState.ASLEEP && reaches) {
            opens = true;
            awakePeriods++;
            deliveries.open();
        }
        if (reaches) {
            lastHeardNanos = now();
        }
        send(ping);
        if (!reaches) {
            device = home;
        }
    }

    private void register() {
        Register register = Messages.register(nextMsgId(), pick(TOPICS));
        registers.put(register.msgId(), register);
        send(register);
    }

    private void subscribe() {
        Subscribe subscribe = Messages.subscribe(nextMsgId(), Qos.ofBits(random.nextInt(3)), pick(FILTERS));
        subscribes.put(subscribe.msgId(), subscribe);
        send(subscribe);
    }

    /** Something new, or a repetition: with DUP, or as a network copies it; of what is open, or has just been released. */
    private void publish() {
        Qos qos = Qos.ofBits(random.nextInt(4));
        int msgId = qos.level() < 1 ? 0 : 10 * qos.level() + random.nextInt(5);
        Publish open = publications.open(msgId);
        Publish released = publications.releasedSince(now() - MEMORY.toNanos());
        if (released != null && random.nextInt(4) == 0) {
            send(Messages.again(released));
        } else if (open != null && random.nextInt(3) > 0) {
            if (isBound() && before.isConnected()) {
                publications.onRepeated(open);
            }
            send(random.nextBoolean() ? Messages.again(open) : open);
        } else {
            // a normal id is malformed without a session
            TopicRef topic = pick(qos == Qos.WITHOUT_SESSION ? LASTING_TOPICS : PUBLISH_TOPICS);
            Publish publish = new Publish(
                    random.nextInt(8) == 0 && msgId != 0, qos, false, topic, msgId, Payload.utf8("d" + ++sent));
            publications.onSent(publish, isBound() && before.isConnected());
            send(publish);
        }
    }

    private void release() {
        int received = publications.toRelease();
        send(new PubRel(received != 0 && random.nextInt(4) > 0 ? received : 20 + random.nextInt(5)));
    }

    private void answerWrong() {
        int id = deliveries.outstanding() instanceof Publish publish ? publish.msgId() : ID_NEVER_USED;
        boolean atQos0 = random.nextInt(4) == 0;
        if (atQos0) {
            deliveries.congested();
        }
        send(
                atQos0
                        ? Messages.pubAck(1, 0, ReturnCode.CONGESTION)
                        : pick(List.of(
                                new SearchGw(0),
                                new PubComp(id),
                                new RegAck(1, id, ReturnCode.ACCEPTED),
                                new PubRec(ID_NEVER_USED),
                                new PingResp(),
                                Messages.pubAck(1, 0, ReturnCode.INVALID_TOPIC_ID),
                                Messages.pubAck(1, ID_NEVER_USED))));
    }

    /** Another device comes to this one's address, and goes. */
    private void takeAddress() {
        story.add(List.of("other device at", device.address()));
        device.send(Messages.connect("other"));
        device.send(Disconnect.PLAIN);
        device.skipAll();
        acceptedBefore++;
        check(EnumSet.of(Trigger.ADDRESS_TAKEN));
    }

    private void completePublish() {
        if (published.isEmpty()) {
            return;
        }
        FakeUplink.Published one = published.remove(random.nextInt(published.size()));
        complete(one, pick(OUTCOMES));
        check(BY_BROKER);
    }

    private void complete(FakeUplink.Published one, PublishOutcome outcome) {
        story.add(List.of("broker:", outcome, one.message()));
        if (WillPromises.isWill(one.message())) {
            will.onOutcome(one, outcome, now() + RETRY_INTERVAL.toNanos());
        } else {
            publications.onOutcome(one.message(), outcome);
        }
        one.complete(outcome);
    }

    private void answerSubscribe() {
        if (asked.isEmpty()) {
            return;
        }
        FakeUplink.Subscription one = asked.remove(random.nextInt(asked.size()));
        if (random.nextInt(5) > 0) {
            grant(one, pick(GRANTS));
        } else {
            story.add(List.of("broker: refuses", one.filter()));
            one.refuse(pick(List.of(PublishOutcome.REFUSED, PublishOutcome.CONGESTION)));
            check(BY_BROKER);
        }
    }

    private void grant(FakeUplink.Subscription one, Qos qos) {
        story.add(List.of("broker: grants", one.filter(), qos));
        grantedQos.put(one.filter(), qos);
        if (!isBound()) {
            deliveries.missSubAck(one.filter().value());
        }
        granted.add(one);
        one.grant(qos);
        check(BY_BROKER);
    }

    private void deliver() {
        String topic = pick(TOPICS);
        List<TopicFilter> filters = uplink.grantedFilters();
        for (int i = 0; i < 4 && !matches(filters, topic); i++) {
            topic = pick(TOPICS);
        }
        Qos qos = Qos.ofBits(random.nextInt(3));
        Payload payload = Payload.utf8(topic + "|" + ++sequence + "|" + "x".repeat(random.nextInt(300)));
        int dice = random.nextInt(10);
        if (dice == 0 && !granted.isEmpty()) {
            deliverByOne(pick(granted), topic, payload, qos);
        } else if (dice == 1 && !asked.isEmpty()) {
            deliverByOne(pick(asked), topic, payload, qos);
        } else {
            deliverByAll(topic, payload, qos);
        }
        check(BY_BROKER);
    }

    private static boolean matches(List<TopicFilter> filters, String topic) {
        return filters.stream().anyMatch(filter -> filter.matches(topic));
    }

    /** A retained message of a new subscription; that may have been ended meanwhile, or not be granted yet. */
    private void deliverByOne(FakeUplink.Subscription one, String topic, Payload payload, Qos qos) {
        if (one.filter().matches(topic)) {
            story.add(List.of("broker: delivers retained", topic, sequence, qos, one.filter()));
            one.deliver(topic, payload, qos, true);
        }
    }

    /** However many filters match, the uplink brings one copy, by one of those that allow the highest QoS. */
    private void deliverByAll(String topic, Payload payload, Qos qos) {
        TopicFilter via = uplink.bestFilter(topic);
        story.add(List.of("broker: delivers", topic, sequence, qos, via == null ? "to nobody" : via));
        if (via != null) {
            Qos grantedQosOfFilter = Objects.requireNonNull(grantedQos.get(via));
            uplink.deliver(topic, payload, qos.min(grantedQosOfFilter), false, via.value());
        }
    }

    /** The device answers what was sent to it, if it is where the gateway sends to. */
    private void answer(int code) {
        SnMessage message = deliveries.outstanding();
        if (message == null || !isBound() || !before.isConnected()) {
            return;
        }
        if (message instanceof PubRel pubRel) {
            deliveries.accepted();
            send(new PubComp(pubRel.msgId()));
            return;
        }
        if (message instanceof Publish publish && publish.qos() == Qos.EXACTLY_ONCE && code == 0) {
            deliveries.received(publish);
            send(new PubRec(publish.msgId()));
            return;
        }
        if (code == 0) {
            deliveries.accepted();
        } else {
            deliveries.rejected(code);
        }
        if (message instanceof Register register) {
            send(new RegAck(register.topicId(), register.msgId(), ReturnCode.of(code)));
        } else {
            Publish publish = (Publish) message;
            int topicId = publish.topic() instanceof TopicRef.Normal normal ? normal.id() : 0;
            send(Messages.pubAck(topicId, publish.msgId(), ReturnCode.of(code)));
        }
    }

    private void advance(Duration duration) {
        story.add(List.of("time passes:", duration));
        gateway.advance(duration);
        will.onTime(now());
        check(BY_TIME);
    }

    private void send(SnMessage message) {
        story.add(List.of("device:", message));
        if (isBound()) {
            lastHeardNanos = now();
            if (message instanceof Disconnect disconnect && disconnect.duration() > 0 && before.isConnected()) {
                toleranceNanos = tolerance(disconnect.duration()).toNanos();
            }
        }
        MessageType answer = isBound() && before.isConnected() ? answerTo(message) : null;
        device.send(message);
        Set<Trigger> triggers = EnumSet.of(Trigger.of(message), Trigger.QUEUE_DRAINED);
        if (message instanceof WillTopic) {
            triggers.add(Trigger.RETRIES_EXHAUSTED);
        }
        check(triggers);
        Promise.keep(
                answer == null || answers.stream().anyMatch(one -> one.type() == answer),
                "answered at once",
                message,
                answers);
    }

    /** What a connected device gets at once; null when it may have to wait, or gets nothing. */
    private @Nullable MessageType answerTo(SnMessage message) {
        return switch (message.type()) {
            case REGISTER -> MessageType.REGACK;
            case UNSUBSCRIBE -> MessageType.UNSUBACK;
            case DISCONNECT -> MessageType.DISCONNECT;
            case WILLTOPICUPD -> MessageType.WILLTOPICRESP;
            case WILLMSGUPD -> MessageType.WILLMSGRESP;
            case PUBREC -> MessageType.PUBREL;
            case PINGREQ -> before == SessionState.ACTIVE ? MessageType.PINGRESP : null;
            default -> null;
        };
    }

    private static Duration tolerance(int seconds) {
        Duration tolerated = Duration.ofMillis(seconds * (seconds <= 60 ? 1500L : 1100L));
        return tolerated.compareTo(RETRY_INTERVAL) < 0 ? RETRY_INTERVAL : tolerated;
    }

    // ---- the gateway

    private long now() {
        return gateway.loop().elapsed().toNanos();
    }

    private boolean exists() {
        return gateway.sessions() > 0;
    }

    private SessionState state() {
        return exists() ? gateway.session(CLIENT_ID).state() : SessionState.DISCONNECTED;
    }

    /** Whether the gateway knows the device where it is now. */
    private boolean isBound() {
        return exists() && device.address().equals(gateway.session(CLIENT_ID).address());
    }

    private int queued() {
        return exists() ? gateway.session(CLIENT_ID).queuedMessages() : 0;
    }

    // ---- what is promised

    private void begin() {
        before = state();
        opens = false;
        acceptedBefore = counters.connectsAccepted.sum();
        lostBefore = counters.devicesLost.sum();
    }

    /** @param triggers what can have happened to the session since {@link #begin} */
    private void check(Set<Trigger> triggers) {
        SessionState after = state();
        visits.merge(after, 1, Integer::sum);
        Promise.keep(
                exists() ? isReachable(after, triggers) : isOver(triggers), "a legal move", before, after, triggers);
        checkLoss(triggers);
        collectFromGateway();
        receiveAll();
        checkResources(after);
        if (!after.isConnected() && after != SessionState.CONNECTING && !kept) {
            forgetSession();
            if (!exists()) {
                will.delete();
            }
        }
        if (!exists()) {
            lastConnect = null;
        }
    }

    private boolean isReachable(SessionState after, Set<Trigger> triggers) {
        Set<SessionState> reachable = EnumSet.of(before);
        for (int size = 0; size < reachable.size(); ) {
            size = reachable.size();
            for (SessionState from : EnumSet.copyOf(reachable)) {
                triggers.forEach(trigger ->
                        reachable.add(TransitionTable.row(from, trigger).to()));
            }
        }
        return reachable.contains(after);
    }

    /** A session ends when it is disconnected or lost, and not kept. */
    private boolean isOver(Set<Trigger> triggers) {
        return isReachable(SessionState.DISCONNECTED, triggers) || isReachable(SessionState.LOST, triggers);
    }

    private void checkLoss(Set<Trigger> triggers) {
        long silentNanos = now() - lastHeardNanos;
        if (counters.devicesLost.sum() > lostBefore) {
            Promise.keep(
                    silentNanos >= toleranceNanos || deliveries.outstanding() != null,
                    "lost for a reason",
                    silentNanos);
            will.onLost();
        }
        boolean isSupervised = state() == SessionState.ACTIVE || state() == SessionState.ASLEEP;
        if (isSupervised && triggers.contains(Trigger.LIVENESS_EXPIRED)) {
            Promise.keep(silentNanos < toleranceNanos, "lost in time", silentNanos, toleranceNanos);
        }
    }

    private void collectFromGateway() {
        for (var up = uplink.pollPublish(); up != null; up = uplink.pollPublish()) {
            if (WillPromises.isWill(up.message())) {
                will.onPublished(up);
            } else {
                publications.onHandedOver(up.message());
            }
            published.add(up);
        }
        will.settle();
        for (var one = uplink.pollSubscribe(); one != null; one = uplink.pollSubscribe()) {
            asked.add(one);
        }
        asked.removeIf(one -> !one.isWanted());
    }

    private void receiveAll() {
        answers.clear();
        for (LockstepDevice place : places) {
            for (SnMessage message = place.poll(); message != null; message = place.poll()) {
                story.add(List.of("gateway:", message, place.address()));
                if (place == device) {
                    answers.add(message);
                    receive(message);
                } else {
                    Promise.keep(message.equals(Disconnect.PLAIN), "only DISCONNECT to where the device was", message);
                }
            }
        }
    }

    private void receive(SnMessage message) {
        if (message instanceof ConnAck) {
            if (counters.connectsAccepted.sum() > acceptedBefore) {
                opens = true;
                kept = keptWhenAccepted;
                deliveries.forgetConnection();
            }
        } else if (message instanceof WillMsgReq) {
            promptedWill = offeredWill == null ? promptedWill : offeredWill;
        } else if (message instanceof RegAck regAck && regAck.returnCode().isAccepted()) {
            deliveries.learn(
                    regAck.topicId(),
                    Objects.requireNonNull(registers.get(regAck.msgId())).topicName());
        } else if (message instanceof SubAck subAck) {
            onSubAck(subAck);
        } else if (message instanceof PubAck pubAck && pubAck.msgId() != 0) {
            publications.onPubAck(pubAck);
        } else if (message instanceof PubRec pubRec) {
            publications.onPubRec(pubRec);
        } else if (message instanceof PubComp pubComp) {
            publications.onPubComp(pubComp, now());
        } else if (message instanceof PubRel pubRel) {
            deliveries.onPubRel(pubRel);
        } else if (message instanceof Register register) {
            mustBeOpen(message);
            deliveries.onRegister(register);
        } else if (message instanceof Publish publish) {
            mustBeOpen(message);
            deliveries.onPublish(publish);
        } else if (message instanceof PingResp) {
            onPingResp();
        }
    }

    private void mustBeOpen(SnMessage message) {
        SessionState after = state();
        boolean open = opens || before == SessionState.ACTIVE || before == SessionState.AWAKE;
        Promise.keep(open, "not to who sleeps or is not connected", message, before, after);
        Promise.keep(
                answers.stream().noneMatch(PingResp.class::isInstance) || before == SessionState.ACTIVE,
                "PINGRESP is the end",
                answers);
    }

    private void onSubAck(SubAck subAck) {
        Subscribe asked = Objects.requireNonNull(subscribes.get(subAck.msgId()));
        Promise.keep(subAck.qos().level() <= asked.qos().level(), "granted what was asked for", subAck, asked);
        if (subAck.topicId() != 0 && asked.topic() instanceof TopicRef.Name topic) {
            deliveries.learn(subAck.topicId(), topic.name());
        }
    }

    private void onPingResp() {
        if (before == SessionState.ACTIVE) {
            return;
        }
        Promise.keep(state() == SessionState.ASLEEP, "asleep after PINGRESP", state());
        Promise.keep(deliveries.outstanding() == null, "all is answered before PINGRESP", deliveries.outstanding());
        boolean mayStop = queued() == 0
                || deliveries.isCongested()
                || !asked.isEmpty()
                || (limitsAwake && deliveries.finished() >= AWAKE_LIMIT);
        Promise.keep(mayStop, "all is delivered before PINGRESP", queued());
    }

    private void checkResources(SessionState state) {
        boolean supervised = state.isConnected() || state == SessionState.CONNECTING;
        Promise.keep(
                gateway.loop().armedTimers() == (supervised || will.isDeferred() ? 1 : 0),
                "one timer",
                state,
                gateway.loop().armedTimers());
        Promise.keep(counters.devicesConnected.sum() == (state.isConnected() ? 1 : 0), "counted when connected", state);
        checkStates(state);
        int queued = queued();
        long octets = gateway.budget().usedOctets();
        Promise.keep(counters.bufferedMessages.sum() == queued, "counted while it waits", queued);
        Promise.keep(counters.bufferedOctets.sum() == octets, "octets counted while they wait", octets);
        long inFlight = counters.messagesInFlight.sum();
        Promise.keep(inFlight == 0 || (inFlight == 1 && queued > 0), "one in flight at most", inFlight, queued);
        Promise.keep(queued <= MAX_QUEUED, "bounded queue", queued);
        Promise.keep(octets <= MAX_QUEUED_OCTETS, "bounded octets", octets);
        Promise.keep((octets == 0) == (queued == 0), "octets are given back", queued, octets);
        Promise.keep(uplink.subscriptions() <= MAX_SUBSCRIPTIONS, "bounded subscriptions");
        Promise.keep(exists() || uplink.subscriptions() == 0, "no subscriptions without a session");
        Promise.keep(
                exists() == (kept || supervised || will.isUnfinished()), "a session as long as needed", state, kept);
    }

    /** The session is counted in its state and in no other. */
    private void checkStates(SessionState state) {
        Map<SessionState, LongAdder> sessions = Map.of(
                SessionState.DISCONNECTED, counters.sessionsDisconnected,
                SessionState.CONNECTING, counters.sessionsConnecting,
                SessionState.ACTIVE, counters.sessionsActive,
                SessionState.ASLEEP, counters.sessionsAsleep,
                SessionState.AWAKE, counters.sessionsAwake,
                SessionState.LOST, counters.sessionsLost);
        sessions.forEach((of, count) ->
                Promise.keep(count.sum() == (exists() && of == state ? 1 : 0), "counted in its state", of, state));
    }

    private void forgetSession() {
        deliveries.forgetSession();
        publications.forgetSession();
    }

    // ---- the end

    /** From now on device and broker behave, until nothing waits. */
    void drain() {
        begin();
        connect(new Connect(false, false, Messages.KEEP_ALIVE_SECONDS + 1, CLIENT_ID));
        for (int i = 0; i < 100 && (queued() > 0 || deliveries.outstanding() != null); i++) {
            while (!asked.isEmpty()) {
                begin();
                grant(asked.remove(0), Qos.EXACTLY_ONCE);
            }
            begin();
            answer(0);
            begin();
            send(Messages.pingReq());
        }
        Promise.keep(queued() == 0, "all is delivered in the end", queued());
        Promise.keep(gateway.budget().usedOctets() == 0, "the budget is given back");
    }

    /** The device leaves a clean session: nothing of it stays, and what the broker says then changes nothing. */
    void leave() {
        begin();
        connect(Messages.connect(CLIENT_ID));
        begin();
        send(Disconnect.PLAIN);
        Promise.keep(!exists(), "the session is over");
        begin();
        for (FakeUplink.Published one : List.copyOf(published)) {
            complete(one, PublishOutcome.ACCEPTED);
        }
        check(BY_BROKER);
        Promise.keep(answers.isEmpty(), "nothing to who has left", answers);
        Promise.keep(gateway.loop().armedTimers() == 0, "no timer stays");
    }

    // ---- what has been tried

    /** How often what. */
    Map<String, Long> tried() {
        Map<String, Long> tried = new HashMap<>();
        for (SessionState state : SessionState.values()) {
            tried.put("steps " + state, (long) visits.getOrDefault(state, 0));
        }
        tried.put("awake periods", (long) awakePeriods);
        tried.put("delivered", (long) deliveries.delivered());
        tried.put("repeated to the device", (long) deliveries.repeated());
        tried.put("acknowledged to the device", (long) publications.acknowledged());
        tried.put("completed at QoS 2", (long) publications.completed());
        tried.put("wills", (long) will.published());
        tried.put("lost", counters.devicesLost.sum());
        tried.put("dropped", counters.queueDroppedQos0.sum() + counters.queueDroppedQos1.sum());
        return tried;
    }

    /** What happened, line by line. */
    String story() {
        return story.stream().map(List::toString).collect(Collectors.joining("\n"));
    }

    private int nextMsgId() {
        return ++lastMsgId;
    }

    private int pick(int[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
