// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.text.MessageText;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.FrameLog;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.MessageCounts;
import org.sngateway.gateway.session.Session;
import org.sngateway.gateway.session.SessionHost;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.session.TransitionTable;
import org.sngateway.gateway.session.Trigger;
import org.sngateway.gateway.store.StoredDevice;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.Transport;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One thread's share of the gateway: the frames that arrive on it and the sessions that were created on it.
 *
 * <p>A device's datagrams always arrive on the same shard, as a rule the one that owns its session. When a device with a session
 * elsewhere connects from an address that arrives here, this shard notes the way and passes its frames on. Sessions that were restored
 * may live anywhere: the {@link ClientDirectory} knows the way to those that have stayed where they were.
 */
public final class Shard implements SessionHost, FrameListener {
    private static final long REFUSAL_LOG_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(Shard.class);

    private final OwnerLoop loop;
    private final Uplink uplink;
    private final List<Transport> transports;
    private final ClientDirectory directory;
    private final SessionSettings settings;
    private final GatewayConfig config;
    private final GatewayCounters counters;
    private final MessageCounts.Tally received;
    private final MessageCounts.Tally sent;
    private final AnswerLimiter answers;
    private final FrameLog frames;

    /** Between the restoring of sessions and the opening of the listeners. */
    private boolean deaf;

    private boolean refusalsLogged;
    private long refusalLoggedNanos;

    private final Map<DeviceAddress, Session> sessions = new HashMap<>();
    /** Where the frames of an address that arrive here are passed on to, for sessions that live elsewhere. */
    private final Map<DeviceAddress, Way> ways = new HashMap<>();
    /** How the frames of a session that lives here come, for those that arrive elsewhere. */
    private final Map<DeviceAddress, Way> arrivals = new HashMap<>();

    /**
     * A way for frames between two shards. Every CONNECT that is handed over makes a new one, and ways are compared by identity: what
     * ends with an earlier CONNECT does not take away the way of a later one.
     */
    private static final class Way {
        private final Shard arrival;
        private final Shard owner;

        Way(Shard arrival, Shard owner) {
            this.arrival = arrival;
            this.owner = owner;
        }
    }

    /** @param transports the listeners in the order of their numbers */
    public Shard(
            OwnerLoop loop,
            Uplink uplink,
            List<Transport> transports,
            ClientDirectory directory,
            SessionSettings settings) {
        this.loop = loop;
        this.uplink = uplink;
        this.transports = transports;
        this.directory = directory;
        this.settings = settings;
        this.config = settings.config();
        this.counters = settings.counters();
        this.received = counters.framesIn.tally(transports.size());
        this.sent = counters.framesOut.tally(transports.size());
        this.answers = new AnswerLimiter(config.sessions().retryInterval());
        this.frames = new FrameLog(loop);
    }

    /** The frames that pass here, for those who watch. */
    public FrameLog frames() {
        return frames;
    }

    // ---- frames

    @Override
    public void onFrame(DeviceAddress from, DecodeResult frame) {
        loop.assertOwner();
        if (frame instanceof DecodeResult.Decoded decoded) {
            count(received, from, decoded.message());
            onMessage(from, decoded.message());
        } else if (frame instanceof DecodeResult.Malformed malformed) {
            onMalformed(from, malformed);
        }
    }

    /** Of what is sent to everyone, only SEARCHGW is for a gateway (§6.1); other gateways' ADVERTISE and GWINFO come along. */
    @Override
    public void onBroadcast(DeviceAddress from, DecodeResult frame) {
        loop.assertOwner();
        if (frame instanceof DecodeResult.Decoded decoded && decoded.message() instanceof SearchGw search) {
            count(received, from, search);
            frames.received(from, "", search);
            answerSearch(from, search);
        } else if (frame instanceof DecodeResult.Malformed malformed
                && malformed.reason() != MalformedReason.WRONG_DIRECTION) {
            counters.countMalformed(malformed.reason());
            frames.malformed(from, "", malformed);
        } else {
            counters.messagesIgnored.increment();
        }
    }

    private void onMessage(DeviceAddress from, SnMessage message) {
        if (message instanceof Connect connect) {
            frames.received(from, connect.clientId(), connect);
            onConnect(from, connect);
            return;
        }
        Session session = sessions.get(from);
        Shard owner = session == null ? ownerElsewhere(from) : null;
        if (owner == null) {
            frames.received(from, idOf(session), message);
        }
        if (message instanceof SearchGw search) { // the same in every state, and a sign of life like any other
            answerSearch(from, search);
        }
        if (session != null) {
            onMessage(session, from, message, this);
        } else if (owner != null) {
            owner.loop.execute(() -> owner.onHandedOver(from, message, this));
        } else {
            onMessageWithoutSession(from, message, this);
        }
    }

    /** Where the session of an address is that has none here. */
    private @Nullable Shard ownerElsewhere(DeviceAddress from) {
        Way way = ways.get(from);
        Shard owner = way != null ? way.owner : directory.findAddress(from);
        return owner == this ? null : owner;
    }

    private void onMessage(Session session, DeviceAddress from, SnMessage message, Shard arrival) {
        if (message instanceof PingReq ping
                && !ping.clientId().isEmpty()
                && !ping.clientId().equals(session.clientId())) {
            findSleeper(from, ping, arrival);
        } else {
            session.onMessage(message);
        }
    }

    /** A frame that arrived on another shard; by now its session may have left that address. */
    private void onHandedOver(DeviceAddress from, SnMessage message, Shard arrival) {
        Session session = sessions.get(from);
        frames.received(from, idOf(session), message);
        if (session != null) {
            onMessage(session, from, message, arrival);
        } else {
            onMessageWithoutSession(from, message, arrival);
        }
    }

    private void onMessageWithoutSession(DeviceAddress from, SnMessage message, Shard arrival) {
        if (message instanceof Publish publish && publish.qos() == Qos.WITHOUT_SESSION) {
            publishWithoutSession(publish);
            return;
        }
        switch (TransitionTable.row(SessionState.DISCONNECTED, Trigger.of(message))
                .reaction()) {
            case ANSWER_SEARCH -> {} // done where it arrived
            case FIND_SLEEPER -> findSleeper(from, (PingReq) message, arrival);
            case CONFIRM_DISCONNECT, TELL_DISCONNECTED -> tellDisconnected(from, message);
            default -> counters.messagesIgnored.increment();
        }
    }

    private void tellDisconnected(DeviceAddress from, SnMessage message) {
        counters.messagesIgnored.increment();
        if (answers.allows(from, MessageType.DISCONNECT, loop.nanoTime())) {
            log.atDebug()
                    .addKeyValue("address", from)
                    .addKeyValue("message", message.type())
                    .log("no session: told to connect");
            send(from, Disconnect.PLAIN);
        }
    }

    /** §6.8: a pre-defined id that holds for all devices, or a short name; never answered. */
    private void publishWithoutSession(Publish message) {
        String topic = message.topic() instanceof TopicRef.ShortName shortName
                ? shortName.name()
                : message.topic() instanceof TopicRef.Predefined id
                        ? config.topics().predefined().get(id.id())
                        : null;
        if (!config.admission().qosMinusOne() || topic == null || topic.startsWith("$")) {
            counters.messagesIgnored.increment();
            return;
        }
        uplink.publishWithoutSession(new UpstreamMessage(
                config.topics().prefix() + topic, message.data(), Qos.AT_MOST_ONCE, message.retain()));
    }

    /** §6.14: the client id is all that a sleeping device says of itself when it wakes at a new address. */
    private void findSleeper(DeviceAddress from, PingReq message, Shard arrival) {
        Session session = config.sessions().roaming() && mayUse(from, message.clientId())
                ? directory.find(message.clientId())
                : null;
        if (session == null || !(session.host() instanceof Shard owner)) {
            tellDisconnected(from, message);
        } else if (owner == this) {
            onSleeperAt(session, from, message, arrival);
        } else {
            owner.loop.execute(() -> owner.onSleeperAt(session, from, message, arrival));
        }
    }

    private void onSleeperAt(Session session, DeviceAddress from, PingReq message, Shard arrival) {
        if (!session.state().isSleeping() || session.isOfAnother(from.identity())) {
            tellDisconnected(from, message);
        } else if (arrival == this) {
            releaseAddress(from, session);
            sessions.put(from, session);
            session.onWokenAt(from, message);
        } else {
            arrival.loop.execute(() -> {
                arrival.releaseAddress(from, session);
                Way way = new Way(arrival, this);
                arrival.ways.put(from, way);
                loop.execute(() -> onSleeperHandedOver(session, from, message, way));
            });
        }
    }

    private void onSleeperHandedOver(Session session, DeviceAddress from, PingReq message, Way way) {
        if (session.state().isSleeping() && !session.isOfAnother(from.identity())) {
            releaseAddress(from, session);
            sessions.put(from, session);
            session.onWokenAt(from, message);
            arrivals.put(from, way);
        } else {
            way.arrival.loop.execute(() -> way.arrival.ways.remove(from, way));
            tellDisconnected(from, message);
        }
    }

    /**
     * §6.1: to the sender, and to everyone when configured; never while the broker is away, so that a device finds a gateway that can
     * serve it.
     */
    private void answerSearch(DeviceAddress from, SearchGw search) {
        if (uplink.isConnected() && answers.allows(from, MessageType.GWINFO, loop.nanoTime())) {
            GwInfo info = new GwInfo(config.gateway().id(), Payload.EMPTY);
            send(from, info);
            if (config.discovery().gwInfoToGroup()) {
                transports.get(from.listener()).broadcast(info, search.radius());
            }
        }
    }

    private void onMalformed(DeviceAddress from, DecodeResult.Malformed malformed) {
        counters.countMalformed(malformed.reason());
        log.atDebug()
                .addKeyValue("address", from)
                .addKeyValue("reason", malformed.reason())
                .addKeyValue("octets", malformed.head().length())
                .log(malformed.detail());
        Shard owner = sessions.containsKey(from) ? null : ownerElsewhere(from);
        if (owner != null) {
            owner.loop.execute(() -> owner.answerMalformed(from, malformed));
        } else {
            answerMalformed(from, malformed);
        }
    }

    private void answerMalformed(DeviceAddress from, DecodeResult.Malformed malformed) {
        Session session = sessions.get(from);
        frames.malformed(from, idOf(session), malformed);
        SnMessage reply = malformed.reply();
        if (reply == null) {
            return;
        }
        if (session != null) {
            session.onMalformed(reply);
        } else if (reply instanceof ConnAck && answers.allows(from, MessageType.CONNACK, loop.nanoTime())) {
            send(from, reply);
        }
    }

    // ---- CONNECT

    private void onConnect(DeviceAddress from, Connect connect) {
        String clientId = connect.clientId();
        if (!isClientIdAccepted(clientId) || !mayUse(from, clientId)) {
            refuse(from, connect, ReturnCode.NOT_SUPPORTED);
            return;
        }
        Session session = directory.find(clientId);
        if (session == null) {
            if (directory.isFull()) {
                refuse(from, connect, ReturnCode.CONGESTION);
                return;
            }
            session = directory.enter(new Session(clientId, this, settings));
        }
        if (session.host() == this && session.isOfAnother(from.identity())) {
            refuse(from, connect, ReturnCode.NOT_SUPPORTED);
            return;
        }
        releaseAddress(from, session);
        if (session.host() == this) {
            connectHere(session, from, connect);
        } else if (session.host() instanceof Shard owner) {
            Way way = new Way(this, owner);
            ways.put(from, way);
            owner.loop.execute(() -> owner.onConnectHandedOver(from, connect, way));
        }
    }

    private boolean isClientIdAccepted(String clientId) {
        int characters = clientId.codePointCount(0, clientId.length());
        return characters >= 1 && characters <= config.sessions().maxClientIdCharacters();
    }

    /** Whether who has proved to be at {@code from} may be this client; who need not prove anything may be any. */
    private boolean mayUse(DeviceAddress from, String clientId) {
        return config.listeners().get(from.listener()).identityRule().allows(from.identity(), clientId);
    }

    private void refuse(DeviceAddress from, Connect connect, ReturnCode code) {
        counters.connectsRefused.increment();
        send(from, connect.clientId(), new ConnAck(code));
        long now = loop.nanoTime();
        boolean quiet = refusalsLogged && now - refusalLoggedNanos < REFUSAL_LOG_INTERVAL_NANOS;
        if (!quiet) {
            refusalsLogged = true;
            refusalLoggedNanos = now;
        }
        // A flood of them would say nothing more, and bury the rest.
        log.atLevel(quiet ? Level.DEBUG : Level.INFO)
                .addKeyValue("device", MessageText.ofText(connect.clientId()))
                .addKeyValue("address", from)
                .addKeyValue("code", code)
                .log("connect refused");
    }

    /** Whoever else was at this address is no longer there. */
    private void releaseAddress(DeviceAddress from, Session next) {
        Session before = sessions.get(from);
        if (before != null && before != next) {
            before.onAddressTaken();
        }
        Shard owner = ownerElsewhere(from);
        if (owner != null && owner != next.host()) {
            ways.remove(from);
            owner.loop.execute(() -> owner.releaseAddress(from, next));
        }
    }

    private void onConnectHandedOver(DeviceAddress from, Connect connect, Way way) {
        Session session = directory.find(connect.clientId());
        if (session == null || session.host() != this) {
            way.arrival.loop.execute(() -> way.arrival.onConnectReturned(from, connect, way));
            return;
        }
        if (session.isOfAnother(from.identity())) {
            way.arrival.loop.execute(() -> way.arrival.ways.remove(from, way));
            refuse(from, connect, ReturnCode.NOT_SUPPORTED);
            return;
        }
        releaseAddress(from, session);
        connectHere(session, from, connect);
        arrivals.put(from, way);
    }

    /** The session ended while its CONNECT was handed over: begins again, unless the address has gone another way since. */
    private void onConnectReturned(DeviceAddress from, Connect connect, Way way) {
        if (ways.remove(from, way)) {
            onConnect(from, connect);
        }
    }

    private void connectHere(Session session, DeviceAddress from, Connect connect) {
        sessions.put(from, session);
        session.onConnect(from, connect);
    }

    // ---- restart of the gateway

    /**
     * Brings back a session from before a restart, before frames arrive.
     *
     * @param address where the device was, and no other was; null when that is not known
     */
    void restore(StoredDevice stored, @Nullable DeviceAddress address) {
        loop.assertOwner();
        deaf = true;
        Session session = new Session(stored.session().clientId(), this, settings);
        if (directory.enter(session) == session) {
            session.restore(stored, address);
            DeviceAddress restored = session.address();
            if (restored != null) {
                sessions.put(restored, session);
                directory.enterAddress(restored, this);
            }
        }
    }

    /** The listeners are open: what waits for restored devices goes out. */
    public void onListening() {
        loop.assertOwner();
        if (deaf) {
            deaf = false;
            forEachHere(Session::onListening);
        }
    }

    /** The store works again: what could not be stored is, now. */
    public void onStoreWorks() {
        loop.assertOwner();
        forEachHere(Session::onStoreWorks);
    }

    private void forEachHere(Consumer<Session> action) {
        directory.forEach(session -> {
            if (session.host() == this) {
                action.accept(session);
            }
        });
    }

    // ---- what sessions need

    @Override
    public OwnerLoop loop() {
        return loop;
    }

    @Override
    public Uplink uplink() {
        return uplink;
    }

    @Override
    public boolean isListening() {
        return !deaf;
    }

    @Override
    public void send(DeviceAddress to, String clientId, SnMessage message) {
        count(sent, to, message);
        frames.sent(to, clientId, message);
        transports.get(to.listener()).send(to, message);
    }

    /** To a peer without a session. */
    private void send(DeviceAddress to, SnMessage message) {
        send(to, "", message);
    }

    private static String idOf(@Nullable Session session) {
        return session == null ? "" : session.clientId();
    }

    private static void count(MessageCounts.Tally tally, DeviceAddress device, SnMessage message) {
        tally.count(device.listener(), message.type(), SnCodec.encodedOctets(message));
    }

    @Override
    public int maxFrameOctets(DeviceAddress address) {
        return transports.get(address.listener()).maxFrameOctets() - address.overheadOctets();
    }

    @Override
    public long sendingNanos(DeviceAddress to, SnMessage message) {
        return transports.get(to.listener()).sendingNanos(SnCodec.encodedOctets(message) + to.overheadOctets());
    }

    @Override
    public void onUnbound(Session session, DeviceAddress address) {
        sessions.remove(address, session);
        directory.removeAddress(address, this);
        Way way = arrivals.remove(address);
        if (way != null) {
            way.arrival.loop.execute(() -> way.arrival.ways.remove(address, way));
        }
    }

    @Override
    public void onEnded(Session session) {
        directory.remove(session);
    }
}
