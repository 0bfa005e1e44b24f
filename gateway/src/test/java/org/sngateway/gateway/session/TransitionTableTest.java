// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.name;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/**
 * Every row of the table, and every pair without one, against a device and a gateway; the expectations are written by hand. A device
 * asleep has one message waiting, a device awake has it under way.
 */
final class TransitionTableTest {
    /** State, trigger, what the gateway sends or - for nothing, next state. */
    private static final String EXPECTED = """
            DISCONNECTED  CONNECT                   CONNACK           ACTIVE
            DISCONNECTED  CONNECT_CLEAN             CONNACK           ACTIVE
            DISCONNECTED  CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            DISCONNECTED  REGISTER                  DISCONNECT        DISCONNECTED
            DISCONNECTED  REGACK                    DISCONNECT        DISCONNECTED
            DISCONNECTED  PUBLISH                   DISCONNECT        DISCONNECTED
            DISCONNECTED  PUBACK                    DISCONNECT        DISCONNECTED
            DISCONNECTED  PUBREC                    DISCONNECT        DISCONNECTED
            DISCONNECTED  PUBREL                    DISCONNECT        DISCONNECTED
            DISCONNECTED  PUBCOMP                   DISCONNECT        DISCONNECTED
            DISCONNECTED  SUBSCRIBE                 DISCONNECT        DISCONNECTED
            DISCONNECTED  UNSUBSCRIBE               DISCONNECT        DISCONNECTED
            DISCONNECTED  PINGREQ                   DISCONNECT        DISCONNECTED
            DISCONNECTED  PINGREQ_WITH_CLIENT_ID    DISCONNECT        DISCONNECTED
            DISCONNECTED  DISCONNECT                DISCONNECT        DISCONNECTED
            DISCONNECTED  DISCONNECT_WITH_DURATION  DISCONNECT        DISCONNECTED
            DISCONNECTED  WILLTOPICUPD              DISCONNECT        DISCONNECTED
            DISCONNECTED  WILLMSGUPD                DISCONNECT        DISCONNECTED
            DISCONNECTED  SEARCHGW                  GWINFO            DISCONNECTED

            LOST          CONNECT                   CONNACK           ACTIVE
            LOST          CONNECT_CLEAN             CONNACK           ACTIVE
            LOST          CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            LOST          REGISTER                  DISCONNECT        LOST
            LOST          REGACK                    DISCONNECT        LOST
            LOST          PUBLISH                   DISCONNECT        LOST
            LOST          PUBACK                    DISCONNECT        LOST
            LOST          PUBREC                    DISCONNECT        LOST
            LOST          PUBREL                    DISCONNECT        LOST
            LOST          PUBCOMP                   DISCONNECT        LOST
            LOST          SUBSCRIBE                 DISCONNECT        LOST
            LOST          UNSUBSCRIBE               DISCONNECT        LOST
            LOST          PINGREQ                   DISCONNECT        LOST
            LOST          PINGREQ_WITH_CLIENT_ID    DISCONNECT        LOST
            LOST          DISCONNECT                DISCONNECT        LOST
            LOST          DISCONNECT_WITH_DURATION  DISCONNECT        LOST
            LOST          WILLTOPICUPD              DISCONNECT        LOST
            LOST          WILLMSGUPD                DISCONNECT        LOST
            LOST          SEARCHGW                  GWINFO            LOST

            CONNECTING    CONNECT                   CONNACK           ACTIVE
            CONNECTING    CONNECT_CLEAN             CONNACK           ACTIVE
            CONNECTING    CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            CONNECTING    WILLTOPIC                 WILLMSGREQ        CONNECTING
            CONNECTING    WILLTOPIC_EMPTY           CONNACK           ACTIVE
            CONNECTING    WILLMSG                   CONNACK           ACTIVE
            CONNECTING    DISCONNECT                DISCONNECT        DISCONNECTED
            CONNECTING    DISCONNECT_WITH_DURATION  DISCONNECT        DISCONNECTED
            CONNECTING    RETRIES_EXHAUSTED         -                 DISCONNECTED
            CONNECTING    ADDRESS_TAKEN             -                 DISCONNECTED
            CONNECTING    SEARCHGW                  GWINFO            CONNECTING

            ACTIVE        CONNECT                   CONNACK           ACTIVE
            ACTIVE        CONNECT_CLEAN             CONNACK           ACTIVE
            ACTIVE        CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            ACTIVE        WILLTOPIC_EMPTY           CONNACK           ACTIVE
            ACTIVE        WILLMSG                   CONNACK           ACTIVE
            ACTIVE        REGISTER                  REGACK            ACTIVE
            ACTIVE        REGACK                    -                 ACTIVE
            ACTIVE        PUBLISH                   PUBACK            ACTIVE
            ACTIVE        PUBACK                    -                 ACTIVE
            ACTIVE        PUBREC                    PUBREL            ACTIVE
            ACTIVE        PUBREL                    PUBCOMP           ACTIVE
            ACTIVE        PUBCOMP                   -                 ACTIVE
            ACTIVE        SUBSCRIBE                 SUBACK            ACTIVE
            ACTIVE        UNSUBSCRIBE               UNSUBACK          ACTIVE
            ACTIVE        PINGREQ                   PINGRESP          ACTIVE
            ACTIVE        PINGREQ_WITH_CLIENT_ID    PINGRESP          ACTIVE
            ACTIVE        PINGRESP                  -                 ACTIVE
            ACTIVE        DISCONNECT                DISCONNECT        DISCONNECTED
            ACTIVE        DISCONNECT_WITH_DURATION  DISCONNECT        ASLEEP
            ACTIVE        WILLTOPICUPD              WILLTOPICRESP     ACTIVE
            ACTIVE        WILLMSGUPD                WILLMSGRESP       ACTIVE
            ACTIVE        LIVENESS_EXPIRED          -                 LOST
            ACTIVE        RETRIES_EXHAUSTED         -                 LOST
            ACTIVE        ADDRESS_TAKEN             -                 DISCONNECTED
            ACTIVE        SEARCHGW                  GWINFO            ACTIVE

            ASLEEP        CONNECT                   CONNACK,REGISTER  ACTIVE
            ASLEEP        CONNECT_CLEAN             CONNACK           ACTIVE
            ASLEEP        CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            ASLEEP        REGISTER                  REGACK            ASLEEP
            ASLEEP        REGACK                    -                 ASLEEP
            ASLEEP        PUBLISH                   PUBACK            ASLEEP
            ASLEEP        PUBACK                    -                 ASLEEP
            ASLEEP        PUBREC                    PUBREL            ASLEEP
            ASLEEP        PUBREL                    PUBCOMP           ASLEEP
            ASLEEP        PUBCOMP                   -                 ASLEEP
            ASLEEP        SUBSCRIBE                 SUBACK            ASLEEP
            ASLEEP        UNSUBSCRIBE               UNSUBACK          ASLEEP
            ASLEEP        PINGREQ                   PUBLISH           AWAKE
            ASLEEP        PINGREQ_WITH_CLIENT_ID    PUBLISH           AWAKE
            ASLEEP        PINGRESP                  -                 ASLEEP
            ASLEEP        DISCONNECT                DISCONNECT        DISCONNECTED
            ASLEEP        DISCONNECT_WITH_DURATION  DISCONNECT        ASLEEP
            ASLEEP        WILLTOPICUPD              WILLTOPICRESP     ASLEEP
            ASLEEP        WILLMSGUPD                WILLMSGRESP       ASLEEP
            ASLEEP        LIVENESS_EXPIRED          -                 LOST
            ASLEEP        ADDRESS_TAKEN             -                 ASLEEP
            ASLEEP        SEARCHGW                  GWINFO            ASLEEP

            AWAKE         CONNECT                   CONNACK,REGISTER  ACTIVE
            AWAKE         CONNECT_CLEAN             CONNACK           ACTIVE
            AWAKE         CONNECT_WITH_WILL         WILLTOPICREQ      CONNECTING
            AWAKE         REGISTER                  REGACK            AWAKE
            AWAKE         REGACK                    -                 AWAKE
            AWAKE         PUBLISH                   PUBACK            AWAKE
            AWAKE         PUBACK                    -                 AWAKE
            AWAKE         PUBREC                    PUBREL            AWAKE
            AWAKE         PUBREL                    PUBCOMP           AWAKE
            AWAKE         PUBCOMP                   -                 AWAKE
            AWAKE         SUBSCRIBE                 SUBACK            AWAKE
            AWAKE         UNSUBSCRIBE               UNSUBACK          AWAKE
            AWAKE         PINGREQ                   PUBLISH           AWAKE
            AWAKE         PINGREQ_WITH_CLIENT_ID    PUBLISH           AWAKE
            AWAKE         PINGRESP                  -                 AWAKE
            AWAKE         DISCONNECT                DISCONNECT        DISCONNECTED
            AWAKE         DISCONNECT_WITH_DURATION  DISCONNECT        ASLEEP
            AWAKE         WILLTOPICUPD              WILLTOPICRESP     AWAKE
            AWAKE         WILLMSGUPD                WILLMSGRESP       AWAKE
            AWAKE         QUEUE_DRAINED             PINGRESP          ASLEEP
            AWAKE         RETRIES_EXHAUSTED         -                 ASLEEP
            AWAKE         ADDRESS_TAKEN             -                 ASLEEP
            AWAKE         SEARCHGW                  GWINFO            AWAKE

            DISCONNECTED  BROKER_ASKED              -                 CONNECTING
            DISCONNECTED  BROKER_REFUSED            CONNACK           DISCONNECTED
            LOST          BROKER_ASKED              -                 CONNECTING
            LOST          BROKER_REFUSED            CONNACK           DISCONNECTED
            CONNECTING    BROKER_ASKED              -                 CONNECTING
            CONNECTING    BROKER_REFUSED            CONNACK           DISCONNECTED
            ACTIVE        BROKER_ASKED              -                 CONNECTING
            ACTIVE        BROKER_REFUSED            CONNACK           DISCONNECTED
            ASLEEP        BROKER_ASKED              -                 CONNECTING
            ASLEEP        BROKER_REFUSED            CONNACK           DISCONNECTED
            AWAKE         BROKER_ASKED              -                 CONNECTING
            AWAKE         BROKER_REFUSED            CONNACK           DISCONNECTED
            CONNECTING    BROKER_ACCEPTED           CONNACK           ACTIVE
            CONNECTING    BROKER_DROPPED            DISCONNECT        DISCONNECTED
            ACTIVE        BROKER_DROPPED            DISCONNECT        DISCONNECTED
            ASLEEP        BROKER_DROPPED            DISCONNECT        DISCONNECTED
            AWAKE         BROKER_DROPPED            DISCONNECT        DISCONNECTED

            DISCONNECTED  EXCLUDED                  -                 DISCONNECTED
            LOST          EXCLUDED                  -                 DISCONNECTED
            CONNECTING    EXCLUDED                  DISCONNECT        DISCONNECTED
            ACTIVE        EXCLUDED                  DISCONNECT        DISCONNECTED
            ASLEEP        EXCLUDED                  DISCONNECT        DISCONNECTED
            AWAKE         EXCLUDED                  DISCONNECT        DISCONNECTED
            """;

    /** What no message brings. */
    private static final Set<Trigger> NO_MESSAGE = EnumSet.of(
            Trigger.LIVENESS_EXPIRED,
            Trigger.RETRIES_EXHAUSTED,
            Trigger.QUEUE_DRAINED,
            Trigger.ADDRESS_TAKEN,
            Trigger.BROKER_ASKED,
            Trigger.BROKER_ACCEPTED,
            Trigger.BROKER_REFUSED,
            Trigger.BROKER_DROPPED,
            Trigger.EXCLUDED);

    private static final WillTopic WILL_TOPIC = new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "gone"));
    private static final WillMsg WILL_MESSAGE = new WillMsg(Payload.utf8("dev"));

    private static final Duration TICK = Duration.ofNanos(1);
    /** First and last: a keep-alive or sleep of 60 s, half of it tolerated; the first time and four times again, 10 s each. */
    private static final Duration LIVENESS = Duration.ofSeconds(90);

    private static final Duration RETRIES = Duration.ofSeconds(50);

    private static final Pattern PICTURE = Pattern.compile("```text states\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TRANSITIONS = Pattern.compile("(\\w+) +--(.+?)--> (\\w+)");

    private final TestGateway gateway = TestGateway.start("topics: { predefined: { 1: sensors/temperature } }");
    private final LockstepDevice device = gateway.device(1);

    private record Expected(SessionState from, Trigger on, List<MessageType> sent, SessionState to) {
        static Expected of(String line) {
            String[] cells = line.trim().split(" +", -1);
            List<MessageType> sent = cells[2].equals("-")
                    ? List.of()
                    : Arrays.stream(cells[2].split(",", -1))
                            .map(MessageType::valueOf)
                            .toList();
            return new Expected(
                    SessionState.valueOf(cells[0]), Trigger.valueOf(cells[1]), sent, SessionState.valueOf(cells[3]));
        }

        String transition() {
            return from + " --" + on + "--> " + to;
        }
    }

    private record Pair(SessionState state, Trigger on) {}

    static Stream<Expected> rows() {
        return EXPECTED.lines().filter(line -> !line.isBlank()).map(Expected::of);
    }

    private static Stream<Pair> pairsWithoutRow() {
        Set<Pair> pairs = new LinkedHashSet<>();
        for (SessionState state : SessionState.values()) {
            for (Trigger trigger : Trigger.values()) {
                pairs.add(new Pair(state, trigger));
            }
        }
        rows().forEach(row -> pairs.remove(new Pair(row.from, row.on)));
        return pairs.stream();
    }

    static Stream<Pair> messagesWithoutRow() {
        return pairsWithoutRow().filter(pair -> !NO_MESSAGE.contains(pair.on));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldAnswerAndMove(Expected expected) {
        bring(expected.from, expected.on);

        happen(expected.on);

        assertThat(sent()).isEqualTo(expected.sent);
        assertThat(state()).isEqualTo(expected.to);
    }

    @ParameterizedTest
    @MethodSource("messagesWithoutRow")
    void shouldIgnoreAndCountAMessageWithoutARow(Pair pair) {
        bring(pair.state, pair.on);

        gateway.receiveUndecoded(device, message(pair.on));

        device.expectNothing();
        assertThat(gateway.session("dev").state()).isEqualTo(pair.state);
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(1);
    }

    @Test
    void shouldHaveTheRowsThatAreExpectedAndNoOthers() {
        assertThat(TransitionTable.all().stream().map(row -> row.from() + " --" + row.on() + "--> " + row.to()))
                .containsExactlyInAnyOrderElementsOf(
                        rows().map(Expected::transition).toList());
    }

    @Test
    void shouldIgnoreWhatHasNoRow() {
        assertThat(pairsWithoutRow())
                .allSatisfy(pair -> assertThat(TransitionTable.row(pair.state, pair.on))
                        .isEqualTo(new TransitionTable.Row(pair.state, pair.on, Reaction.IGNORE, pair.state)));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.MATCH_NONE,
            names = "LIVENESS_EXPIRED|RETRIES_EXHAUSTED|QUEUE_DRAINED|ADDRESS_TAKEN|BROKER_.*|EXCLUDED")
    void shouldTellMessagesApart(Trigger trigger) {
        assertThat(Trigger.of(message(trigger))).isEqualTo(trigger);
    }

    @Test
    void shouldTakeADurationOf0ForNone() {
        assertThat(Trigger.of(new Disconnect(0))).isEqualTo(Trigger.DISCONNECT);
    }

    /** Where the device goes is drawn in ARCHITECTURE.md, with all its ways. */
    @Test
    void shouldBeDrawnInTheArchitecture() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("sn.home"), "ARCHITECTURE.md"));
        Matcher picture = PICTURE.matcher(page);
        assertThat(picture.find()).as("the picture in ARCHITECTURE.md").isTrue();
        List<String> drawn = new ArrayList<>();
        Matcher line = TRANSITIONS.matcher(Objects.requireNonNull(picture.group(1)));
        while (line.find()) {
            for (String trigger : Objects.requireNonNull(line.group(2)).split(", ", -1)) {
                drawn.add(line.group(1) + " --" + trigger + "--> " + line.group(3));
            }
        }

        assertThat(drawn)
                .containsExactlyInAnyOrderElementsOf(TransitionTable.all().stream()
                        .filter(row -> row.from() != row.to())
                        .map(row -> row.from() + " --" + row.on() + "--> " + row.to())
                        .toList());
    }

    // ---- into a state

    /** Brings the device into a state, and as near to a trigger as can be. */
    private void bring(SessionState state, Trigger trigger) {
        gateway.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        gateway.uplink().answerPublishes(PublishOutcome.ACCEPTED);
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        switch (state) {
            case DISCONNECTED -> device.send(Disconnect.PLAIN);
            case LOST -> gateway.advance(LIVENESS);
            case CONNECTING -> {
                device.send(connectWithWill());
                if (trigger == Trigger.WILLMSG) {
                    device.send(WILL_TOPIC);
                }
            }
            case ACTIVE -> bringActive(trigger);
            case ASLEEP -> fallAsleep();
            case AWAKE -> {
                fallAsleep();
                device.send(new PingReq("dev"));
            }
        }
        if (trigger == Trigger.LIVENESS_EXPIRED) {
            gateway.advance(LIVENESS.minus(TICK));
        } else if (trigger == Trigger.RETRIES_EXHAUSTED) {
            gateway.advance(RETRIES.minus(TICK));
        }
        assertThat(gateway.session("dev").state()).isEqualTo(state);
        device.skipAll();
    }

    private void bringActive(Trigger trigger) {
        if (trigger == Trigger.WILLTOPIC_EMPTY) {
            device.send(connectWithWill());
            device.send(new WillTopic(null));
        } else if (trigger == Trigger.WILLMSG) {
            device.send(connectWithWill());
            device.send(WILL_TOPIC);
            device.send(WILL_MESSAGE);
        } else if (trigger == Trigger.RETRIES_EXHAUSTED) {
            gateway.uplink().deliver("a/b", "1", Qos.AT_LEAST_ONCE, "a/b");
        }
    }

    private void fallAsleep() {
        device.send(new Disconnect(60));
        gateway.uplink().deliver("a/b", "1", Qos.AT_LEAST_ONCE, "a/b");
    }

    private static Connect connectWithWill() {
        return new Connect(true, false, 60, "dev");
    }

    // ---- what happens

    private void happen(Trigger trigger) {
        switch (trigger) {
            case LIVENESS_EXPIRED, RETRIES_EXHAUSTED -> gateway.advance(TICK);
            case QUEUE_DRAINED -> device.send(pubAck(1, 1));
            case ADDRESS_TAKEN -> {
                device.send(connect("other"));
                device.expect(ConnAck.class); // for the other
            }
            case BROKER_ASKED -> {
                gateway.uplink().holdConnects();
                device.send(connect("dev"));
            }
            case BROKER_ACCEPTED -> {
                happen(Trigger.BROKER_ASKED);
                gateway.uplink().expectConnect().accept();
            }
            case BROKER_REFUSED -> {
                happen(Trigger.BROKER_ASKED);
                gateway.uplink().expectConnect().refuse(PublishOutcome.REFUSED);
            }
            case BROKER_DROPPED ->
                gateway.uplink().drop("dev", new Disconnection(Disconnection.Cause.NOT_AUTHORIZED, "not authorized"));
            case EXCLUDED ->
                assertThat(gateway.reload("admission: { allow: other }").sessions())
                        .isEqualTo(1);
            default -> gateway.receiveUndecoded(device, message(trigger));
        }
    }

    private static SnMessage message(Trigger trigger) {
        return switch (trigger) {
            case ADVERTISE -> new Advertise(1, 900);
            case SEARCHGW -> new SearchGw(0);
            case GWINFO -> new GwInfo(1, Payload.EMPTY);
            case CONNECT -> connectKept("dev");
            case CONNECT_CLEAN -> connect("dev");
            case CONNECT_WITH_WILL -> connectWithWill();
            case CONNACK -> new ConnAck(ReturnCode.ACCEPTED);
            case WILLTOPICREQ -> new WillTopicReq();
            case WILLTOPIC -> WILL_TOPIC;
            case WILLTOPIC_EMPTY -> new WillTopic(null);
            case WILLMSGREQ -> new WillMsgReq();
            case WILLMSG -> WILL_MESSAGE;
            case REGISTER -> register(7, "a/b");
            case REGACK -> regAck(1, 7);
            case PUBLISH -> publish1(7, predefined(1), "21.5");
            case PUBACK -> pubAck(1, 7);
            case PUBCOMP -> new PubComp(7);
            case PUBREC -> new PubRec(7);
            case PUBREL -> new PubRel(7);
            case SUBSCRIBE -> subscribe(7, Qos.AT_LEAST_ONCE, name("a/b"));
            case SUBACK -> new SubAck(Qos.AT_MOST_ONCE, 0, 7, ReturnCode.ACCEPTED);
            case UNSUBSCRIBE -> unsubscribe(7, "a/b");
            case UNSUBACK -> new UnsubAck(7);
            case PINGREQ -> pingReq();
            case PINGREQ_WITH_CLIENT_ID -> new PingReq("dev");
            case PINGRESP -> new PingResp();
            case DISCONNECT -> Disconnect.PLAIN;
            case DISCONNECT_WITH_DURATION -> new Disconnect(60);
            case WILLTOPICUPD -> new WillTopicUpd(null);
            case WILLTOPICRESP -> new WillTopicResp(ReturnCode.ACCEPTED);
            case WILLMSGUPD -> new WillMsgUpd(Payload.EMPTY);
            case WILLMSGRESP -> new WillMsgResp(ReturnCode.ACCEPTED);
            case ENCAPSULATED -> new ForwarderEncapsulation(0, Payload.hex("01"), pingReq());
            case LIVENESS_EXPIRED,
                    RETRIES_EXHAUSTED,
                    QUEUE_DRAINED,
                    ADDRESS_TAKEN,
                    BROKER_ASKED,
                    BROKER_ACCEPTED,
                    BROKER_REFUSED,
                    BROKER_DROPPED,
                    EXCLUDED -> throw new IllegalArgumentException(trigger + " is no message");
        };
    }

    /** A session that is not kept is gone when it has come to its end. */
    private SessionState state() {
        return gateway.hasSession("dev") ? gateway.session("dev").state() : SessionState.DISCONNECTED;
    }

    private List<MessageType> sent() {
        List<MessageType> types = new ArrayList<>();
        for (SnMessage message = device.poll(); message != null; message = device.poll()) {
            types.add(message.type());
        }
        return types;
    }
}
