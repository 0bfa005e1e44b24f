// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.session.FaultyLink.Datagram;
import org.sngateway.gateway.session.FaultyLink.Fault;
import org.sngateway.gateway.session.ModelDevice.Manner;

/**
 * Each procedure of MQTT-SN 1.2 once without a fault, then once for every datagram of it and every {@link Fault}: whatever one
 * datagram suffers, device and broker get what they were promised, and nothing stays stuck.
 */
final class LossMatrixTest {
    private static final Qos QOS_0 = Qos.AT_MOST_ONCE;
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Qos QOS_2 = Qos.EXACTLY_ONCE;
    private static final String CONFIG = "{ sessions: { retry-interval: 5s, retry-count: 4 } }";
    private static final String TWO_AT_A_TIME =
            "{ sessions: { retry-interval: 5s, retry-count: 4, max-awake-messages: 2 } }";

    /** Longer than the device's T-retry. */
    private static final Duration SLOW_BROKER = Duration.ofSeconds(6);

    /**
     * @param before what comes before, never disturbed
     * @param exchange the datagrams of interest
     */
    private record Procedure(
            String name,
            String yaml,
            Manner manner,
            Duration brokerDelay,
            Consumer<FaultyLink> before,
            Consumer<FaultyLink> exchange) {
        FaultyLink run(int index, @Nullable Fault fault) {
            FaultyLink link = new FaultyLink(yaml, manner, brokerDelay, index, fault);
            try {
                before.accept(link);
                link.beginExchange();
                exchange.accept(link);
                link.endExchange();
                link.verify();
                return link;
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(failure.getMessage() + "\n" + link.story(), failure);
            }
        }

        List<Datagram> record() {
            FaultyLink link = run(0, null);
            if (brokerDelay.isZero()) {
                link.verifyFaultless();
            }
            assertThat(link.exchange()).isNotEmpty();
            return link.exchange();
        }

        DynamicContainer tests() {
            List<Datagram> datagrams = record();
            return DynamicContainer.dynamicContainer(
                    name,
                    IntStream.range(0, datagrams.size())
                            .boxed()
                            .flatMap(index -> Arrays.stream(Fault.values())
                                    .map(fault -> test(index, datagrams.get(index), fault))));
        }

        private DynamicTest test(int index, Datagram datagram, Fault fault) {
            return dynamicTest(
                    name + ": datagram " + (index + 1) + " " + datagram + " " + fault, () -> run(index, fault));
        }
    }

    /** The procedures, told one after the other. */
    private static final class Procedures {
        private final List<Procedure> all = new ArrayList<>();
        private String yaml = CONFIG;
        private Manner manner = Manner.USUAL;
        private Duration brokerDelay = Duration.ZERO;

        /** Holds for what is added from now on. */
        void with(String newYaml, Manner newManner, Duration newBrokerDelay) {
            yaml = newYaml;
            manner = newManner;
            brokerDelay = newBrokerDelay;
        }

        void add(String name, Consumer<FaultyLink> before, Consumer<FaultyLink> exchange) {
            all.add(new Procedure(name, yaml, manner, brokerDelay, before, exchange));
        }
    }

    @TestFactory
    Stream<DynamicNode> shouldSurviveWhateverOneDatagramSuffers() {
        Procedures procedures = new Procedures();
        connections(procedures);
        publications(procedures);
        deliveries(procedures);
        subscriptions(procedures);
        sleep(procedures);
        resumption(procedures);
        wills(procedures);
        lives(procedures);
        return procedures.all.stream().map(Procedure::tests);
    }

    private static void nothing(FaultyLink link) {}

    private static void connected(FaultyLink link) {
        link.connect(true);
    }

    private static void connectedKept(FaultyLink link) {
        link.connect(false);
    }

    private static void connectedWithWill(FaultyLink link) {
        link.connectWithWill(false, "will/topic", "gone");
    }

    /** Not just connected: the same CONNECT again, with nothing heard in between, is a repetition. */
    private static void usedWithWill(FaultyLink link) {
        connectedWithWill(link);
        link.ping();
    }

    private static void subscribed(FaultyLink link) {
        link.connect(false);
        link.subscribe(QOS_2, "a/b");
        link.subscribe(QOS_2, "w/#");
    }

    private static void subscribedClean(FaultyLink link) {
        link.connect(true);
        link.subscribe(QOS_2, "a/b");
        link.subscribe(QOS_2, "w/#");
    }

    private static void asleep(FaultyLink link) {
        subscribed(link);
        link.sleep();
    }

    private static void buffered(FaultyLink link) {
        asleep(link);
        deliverMixed(link);
    }

    private static void bufferedClean(FaultyLink link) {
        subscribedClean(link);
        link.sleep();
        deliverMixed(link);
    }

    private static void bufferedAcknowledged(FaultyLink link) {
        asleep(link);
        link.deliver("a/b", QOS_1);
        link.deliver("w/x", QOS_2);
        link.deliver("a/b", QOS_2);
    }

    private static void deliverMixed(FaultyLink link) {
        link.deliver("a/b", QOS_1);
        link.deliver("w/x", QOS_0);
        link.deliver("w/x", QOS_2);
        link.deliver("a/b", QOS_0);
        link.deliver("w/y", QOS_1);
        link.deliver("a/b", QOS_2);
    }

    private static void connections(Procedures procedures) {
        procedures.add("connect-clean", LossMatrixTest::nothing, LossMatrixTest::connected);
        procedures.add("connect-kept", LossMatrixTest::nothing, LossMatrixTest::connectedKept);
        procedures.add("connect-with-will", LossMatrixTest::nothing, LossMatrixTest::connectedWithWill);
        procedures.add(
                "connect-clean-with-will",
                LossMatrixTest::nothing,
                link -> link.connectWithWill(true, "will/topic", "gone"));
        procedures.add("connect-with-empty-will", LossMatrixTest::usedWithWill, FaultyLink::connectWithEmptyWill);
        procedures.add("pingreq", LossMatrixTest::connected, FaultyLink::ping);
        procedures.add("disconnect", LossMatrixTest::connected, FaultyLink::disconnect);
        procedures.add("disconnect-kept", LossMatrixTest::subscribed, FaultyLink::disconnect);
        procedures.add("takeover", LossMatrixTest::subscribed, link -> {
            link.roam();
            link.connect(false);
        });
        procedures.with(CONFIG, Manner.RESTARTING, Duration.ZERO);
        procedures.add("connect-with-will, begun again", LossMatrixTest::nothing, LossMatrixTest::connectedWithWill);
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void publications(Procedures procedures) {
        procedures.add("register", LossMatrixTest::connected, link -> link.register("r/t"));
        procedures.add("publish-qos-0", LossMatrixTest::connected, link -> link.publish("up", QOS_0));
        procedures.add("publish-qos-1", LossMatrixTest::connected, link -> link.publish("up", QOS_1));
        procedures.add("publish-qos-2", LossMatrixTest::connected, link -> link.publish("up", QOS_2));
        procedures.add("register-and-publish", LossMatrixTest::connectedKept, link -> {
            link.register("r/t");
            link.publish("r/t", QOS_1);
            link.publish("r/t", QOS_2);
            link.publish("r/t", QOS_0);
        });
        procedures.add("publish-asleep", LossMatrixTest::asleep, link -> {
            link.publish("up", QOS_1);
            link.publish("up", QOS_2);
        });
        procedures.with(CONFIG, Manner.USUAL, SLOW_BROKER);
        procedures.add("publish-qos-1, slow broker", LossMatrixTest::connected, link -> link.publish("up", QOS_1));
        procedures.add("publish-qos-2, slow broker", LossMatrixTest::connected, link -> link.publish("up", QOS_2));
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void deliveries(Procedures procedures) {
        for (Qos qos : List.of(QOS_0, QOS_1, QOS_2)) {
            procedures.add("deliver-qos-" + qos.level(), LossMatrixTest::subscribed, link -> link.deliver("a/b", qos));
            procedures.add(
                    "register-and-deliver-qos-" + qos.level(),
                    LossMatrixTest::subscribed,
                    link -> link.deliver("w/x", qos));
        }
        procedures.add("deliver-several", LossMatrixTest::subscribed, LossMatrixTest::deliverMixed);
        procedures.add("deliver-and-publish", LossMatrixTest::subscribed, link -> {
            link.deliver("w/x", QOS_2);
            link.publish("up", QOS_2);
            link.deliver("a/b", QOS_1);
            link.publish("up", QOS_1);
        });
    }

    private static void subscriptions(Procedures procedures) {
        procedures.add("subscribe", LossMatrixTest::connected, link -> link.subscribe(QOS_2, "a/b"));
        procedures.add("subscribe-wildcard", LossMatrixTest::connected, link -> link.subscribe(QOS_2, "w/#"));
        procedures.add("subscribe-and-deliver", LossMatrixTest::connected, link -> {
            link.deliverOnSubscription("a/b", "a/b", QOS_1);
            link.deliverOnSubscription("a/b", "a/b", QOS_2);
            link.subscribe(QOS_2, "a/b");
        });
        procedures.add("unsubscribe", LossMatrixTest::subscribed, link -> link.unsubscribe("a/b"));
        procedures.with(CONFIG, Manner.USUAL, SLOW_BROKER);
        procedures.add("subscribe, slow broker", LossMatrixTest::connected, link -> link.subscribe(QOS_2, "a/b"));
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void sleep(Procedures procedures) {
        procedures.add("sleep", LossMatrixTest::subscribed, FaultyLink::sleep);
        procedures.add("sleep-longer", LossMatrixTest::asleep, FaultyLink::sleep);
        procedures.add("wake", LossMatrixTest::asleep, FaultyLink::wake);
        procedures.add("wake-and-drain", LossMatrixTest::buffered, FaultyLink::wake);
        procedures.add("wake-and-drain-clean", LossMatrixTest::bufferedClean, FaultyLink::wake);
        procedures.add("wake-elsewhere-and-drain", LossMatrixTest::buffered, link -> {
            link.roam();
            link.wake();
        });
        procedures.add("sleep-wake-and-drain", LossMatrixTest::subscribed, link -> {
            link.sleep();
            link.deliver("a/b", QOS_2);
            link.deliver("w/x", QOS_1);
            link.wake();
        });
        procedures.add("disconnect-asleep", LossMatrixTest::asleep, FaultyLink::disconnect);
        procedures.with(TWO_AT_A_TIME, Manner.USUAL, Duration.ZERO);
        procedures.add("wake-and-drain-in-parts", LossMatrixTest::bufferedAcknowledged, link -> {
            link.wake();
            link.settle();
            link.wake();
        });
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void resumption(Procedures procedures) {
        procedures.add("connect-asleep", LossMatrixTest::asleep, LossMatrixTest::connectedKept);
        procedures.add("connect-asleep-and-drain", LossMatrixTest::buffered, LossMatrixTest::connectedKept);
        procedures.add("connect-asleep-and-drain-clean", LossMatrixTest::bufferedClean, LossMatrixTest::connectedKept);
        procedures.add("connect-asleep-elsewhere-and-drain", LossMatrixTest::buffered, link -> {
            link.roam();
            link.connect(false);
        });
        procedures.add("reconnect-and-drain", LossMatrixTest::offline, LossMatrixTest::connectedKept);
        procedures.with(CONFIG, Manner.STRICT, Duration.ZERO);
        procedures.add(
                "connect-asleep-and-drain, deaf before CONNACK",
                LossMatrixTest::bufferedAcknowledged,
                LossMatrixTest::connectedKept);
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void offline(FaultyLink link) {
        subscribed(link);
        link.disconnect();
        link.deliver("a/b", QOS_1);
        link.deliver("w/x", QOS_2);
        link.deliver("a/b", QOS_2);
    }

    private static void wills(Procedures procedures) {
        procedures.add("willtopicupd", LossMatrixTest::connectedWithWill, link -> link.updateWillTopic("other/topic"));
        procedures.add("willtopicupd, empty", LossMatrixTest::connectedWithWill, FaultyLink::deleteWill);
        procedures.add("willmsgupd", LossMatrixTest::connectedWithWill, link -> link.updateWillMessage("other"));
        procedures.add("will of a sleeper", LossMatrixTest::connectedWithWill, link -> {
            link.sleep();
            link.updateWillMessage("other");
            link.wake();
        });
    }

    /** Several procedures in a row: what is late from one gets into the next. */
    private static void lives(Procedures procedures) {
        procedures.add("life", LossMatrixTest::nothing, LossMatrixTest::live);
        procedures.with(CONFIG, Manner.USUAL, SLOW_BROKER);
        procedures.add("life, slow broker", LossMatrixTest::nothing, LossMatrixTest::live);
        procedures.with(CONFIG, Manner.USUAL, Duration.ZERO);
    }

    private static void live(FaultyLink link) {
        link.connect(false);
        link.subscribe(QOS_2, "w/#");
        link.register("r/t");
        link.publish("r/t", QOS_2);
        link.deliver("w/x", QOS_2);
        link.publish("r/t", QOS_1);
        link.ping();
        link.deliver("w/x", QOS_1);
        link.publish("r/t", QOS_2);
    }
}
