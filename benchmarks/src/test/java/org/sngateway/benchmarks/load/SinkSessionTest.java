// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets are written as MQTT 5 §3 lays them out. */
class SinkSessionTest {
    /** Clean start, keep-alive 60, no properties, client id "g". */
    private static final String CONNECT = "10 0E 0004 4D515454 05 02 003C 00 0001 67";

    /** Receive maximum 100, maximum QoS 1, maximum packet size 131072, no shared subscriptions. */
    private static final String CONNACK = "20 0F 00 00 0C 21 0064 24 01 27 00020000 2A 00";

    private static final String BENCH_A = "0007 62656E63682F61";

    private final SinkCounters counters = new SinkCounters();
    private int subscriptionChanges;
    private final SinkSession session = new SinkSession(100, "sink-1", counters, () -> subscriptionChanges++);

    @BeforeEach
    void connect() throws MqttViolation {
        assertThat(exchange(CONNECT)).isEqualTo(hex(CONNACK));
    }

    @Test
    void shouldAcceptConnect() {
        assertThat(session.isConnected()).isTrue();
        assertThat(counters.connects).isEqualTo(1);
    }

    @Test
    void shouldAssignClientIdToClientWithoutOne() throws MqttViolation {
        SinkSession fresh = new SinkSession(100, "sink-1", counters, () -> {});
        assertThat(exchange(fresh, "10 0D 0004 4D515454 05 02 003C 00 0000"))
                .isEqualTo(hex("20 18 00 00 15 21 0064 24 01 27 00020000 2A 00 12 0006 73696E6B2D31"));
    }

    @Test
    void shouldPassByEveryPropertyOfConnect() throws MqttViolation {
        SinkSession fresh = new SinkSession(100, "sink-1", counters, () -> {});
        String properties =
                "11 00000010 21 0001 27 0000FFFF 22 0005 19 01 17 00 26 0001 61 0001 62 15 0001 78 16 0001 79";
        assertThat(exchange(fresh, "10 31 0004 4D515454 05 02 003C 23" + properties + "0001 67"))
                .isEqualTo(hex(CONNACK));
    }

    @Test
    void shouldRefuseOtherProtocolVersion() throws MqttViolation {
        SinkSession fresh = new SinkSession(100, "sink-1", counters, () -> {});
        assertThat(exchange(fresh, "10 0D 0004 4D515454 04 02 003C 0001 67")).isEqualTo(hex("20 03 00 84 00"));
        assertThat(fresh.isEnded()).isTrue();
    }

    @Test
    void shouldCountPublishOfQos0WithoutAnswer() throws MqttViolation {
        assertThat(exchange("30 0C" + BENCH_A + "00 0102")).isEmpty();
        assertThat(counters.publishes).isEqualTo(1);
        assertThat(counters.publishesQos1).isZero();
    }

    @Test
    void shouldAcknowledgePublishOfQos1() throws MqttViolation {
        assertThat(exchange("32 0E" + BENCH_A + "1234 00 0102")).isEqualTo(hex("40 02 1234"));
        assertThat(counters.publishesQos1).isEqualTo(1);
    }

    @Test
    void shouldCountMessagesInTheOrderOfTheirDevice() throws MqttViolation {
        String device7 = "32 16 0009 62656E63682F752F37 0001 00 00000000000000";
        String device8 = "32 16 0009 62656E63682F752F38 0001 00 00000000000000";
        exchange(device7 + "00" + device7 + "01" + device8 + "00");
        assertThat(counters.inOrder).isEqualTo(3);
        exchange(device7 + "03" + device7 + "02" + device8 + "00");
        assertThat(counters.inOrder).as("one overtaken, one repeated").isEqualTo(4);
        assertThat(counters.publishesQos1).isEqualTo(6);
    }

    @Test
    void shouldCountDuplicatesAndForeignTopicsApart() throws MqttViolation {
        exchange("3A 0C" + BENCH_A + "0001 00");
        exchange("30 05 0002 6162 00");
        assertThat(counters.duplicates).isEqualTo(1);
        assertThat(counters.publishes).isEqualTo(1);
        assertThat(counters.otherPublishes).isEqualTo(1);
    }

    @Test
    void shouldAcknowledgeAllPublishesOfOneReadInOrder() throws MqttViolation {
        String publishes =
                "32 0C" + BENCH_A + "0001 00" + "32 0C" + BENCH_A + "0002 00" + "32 0C" + BENCH_A + "0003 00";
        assertThat(exchange(publishes)).isEqualTo(hex("4002 0001 4002 0002 4002 0003"));
    }

    @Test
    void shouldNotCareWhereReadsAreCut() throws MqttViolation {
        byte[] octets = HexFormat.of()
                .parseHex(hex(CONNECT
                        + "32 0C" + BENCH_A + "0001 00"
                        + "82 0D 0002 00" + BENCH_A + "01"
                        + longPublish()
                        + "C0 00"));
        for (int step = 1; step < 40; step++) {
            SinkCounters counted = new SinkCounters();
            SinkSession fresh = new SinkSession(100, "sink-1", counted, () -> {});
            ByteBuffer buffer = ByteBuffer.allocateDirect(octets.length);
            for (int from = 0; from < octets.length; from += step) {
                buffer.put(octets, from, Math.min(step, octets.length - from));
                fresh.onOctets(buffer.flip());
                buffer.compact();
            }
            assertThat(buffer.position()).isZero();
            assertThat(HexFormat.of().withUpperCase().formatHex(fresh.out().drain()))
                    .as("cut every %d octets", step)
                    .isEqualTo(hex(CONNACK + "4002 0001" + "90 04 0002 00 01" + "4002 0005" + "D000"));
            assertThat(counted.publishes).isEqualTo(2);
        }
    }

    @Test
    void shouldLeaveCutPacketFromItsFirstOctet() throws MqttViolation {
        ByteBuffer in = octets("C000 32 0C 0007 62");
        session.onOctets(in);
        assertThat(in.position()).isEqualTo(2);
    }

    @Test
    void shouldGrantAndMatchSubscriptions() throws MqttViolation {
        assertThat(exchange("82 17 0001 00 0007 62656E63682F2B 00 0007 62656E63682F23 02"))
                .isEqualTo(hex("90 05 0001 00 00 01"));
        assertThat(subscriptionChanges).isEqualTo(1);
        assertThat(session.grantedQos("bench/a")).isEqualTo(1);
        assertThat(session.grantedQos("other")).isEqualTo(-1);
    }

    @Test
    void shouldForgetSubscriptions() throws MqttViolation {
        exchange("82 0D 0001 00" + BENCH_A + "01");
        assertThat(exchange("A2 0F 0002 00" + BENCH_A + "0001 78")).isEqualTo(hex("B0 05 0002 00 00 11"));
        assertThat(session.grantedQos("bench/a")).isEqualTo(-1);
    }

    @Test
    void shouldRefuseIllFormedFilter() throws MqttViolation {
        assertThat(exchange("82 08 0001 00 0002 2361 00")).isEqualTo(hex("90 04 0001 00 8F"));
    }

    @Test
    void shouldAnswerPing() throws MqttViolation {
        assertThat(exchange("C0 00")).isEqualTo("D000");
    }

    @Test
    void shouldEndOnDisconnectAndReadNoFurther() throws MqttViolation {
        assertThat(exchange("E0 00 C0 00")).isEmpty();
        assertThat(session.isEnded()).isTrue();
    }

    @Test
    void shouldDeliverWithPacketIdAndTakeItsAcknowledgement() throws MqttViolation {
        DownlinkTopic topic = new DownlinkTopic("bench/a", 16);
        session.deliver(topic, 1, 9);
        assertThat(drain())
                .startsWith(hex("32 1C" + BENCH_A + "0001 00 0000000000000009"))
                .hasSize(2 * 30);
        exchange("40 02 0001");
        assertThat(counters.delivered).isEqualTo(1);
        assertThat(counters.acknowledgements).isEqualTo(1);
    }

    @Test
    void shouldDeliverQos0WithoutPacketId() throws MqttViolation {
        session.deliver(new DownlinkTopic("bench/a", 16), 0, 9);
        assertThat(drain())
                .startsWith(hex("30 1A" + BENCH_A + "00 0000000000000009"))
                .hasSize(2 * 28);
    }

    @Test
    void shouldKeepToTheClientsReceiveMaximum() throws MqttViolation {
        SinkSession narrow = new SinkSession(100, "sink-1", counters, () -> {});
        exchange(narrow, "10 11 0004 4D515454 05 02 003C 03 21 0001 0001 67");
        DownlinkTopic topic = new DownlinkTopic("bench/a", 16);
        narrow.deliver(topic, 1, 0);
        narrow.deliver(topic, 1, 1);
        assertThat(narrow.out().drain()).hasSize(30);
        assertThat(exchange(narrow, "40 02 0001")).startsWith(hex("32 1C" + BENCH_A + "0002 00 0000000000000001"));
    }

    @Test
    void shouldUsePacketIdsRoundAboutButNotOneInFlight() throws MqttViolation {
        DownlinkTopic topic = new DownlinkTopic("bench/a", 16);
        session.deliver(topic, 1, 0);
        drain();
        for (int id = 2; id <= 65_535; id++) {
            session.deliver(topic, 1, id);
            session.out().drain();
            session.onOctets(octets("40 02 %04X".formatted(id)));
        }
        session.deliver(topic, 1, 65_536);
        assertThat(drain()).startsWith(hex("32 1C" + BENCH_A + "0002"));
    }

    @Test
    void shouldRefuseWhatBreaksTheProtocol() {
        assertViolation("32 FFFFFFFF7F", "remaining length");
        assertViolation("30 FFFFFF7F", "octets");
        assertViolation("34 0C" + BENCH_A + "0001 00", "QoS 2");
        assertViolation("32 04 0003 6162", "topic of 3");
        assertViolation("80 0D 0001 00" + BENCH_A + "01", "flags 0");
        assertViolation("82 03 0001 00", "without a filter");
        assertViolation("82 05 0001 00 0009", "9 octets");
        assertViolation("40 02 0001", "not in flight");
        assertViolation("F0 00", "type 15");
        assertViolation(CONNECT, "twice");
    }

    @Test
    void shouldRefuseAnythingBeforeConnect() {
        SinkSession fresh = new SinkSession(100, "sink-1", counters, () -> {});
        assertThatThrownBy(() -> exchange(fresh, "C0 00")).hasMessageContaining("before CONNECT");
    }

    @Test
    void shouldGiveUpOnPeerThatDoesNotRead() {
        DownlinkTopic topic = new DownlinkTopic("bench/a", 60_000);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 300; i++) {
                        session.deliver(topic, 0, i);
                    }
                })
                .isInstanceOf(MqttViolation.class)
                .hasMessageContaining("unread");
    }

    /** QoS 1 with a payload that needs two octets of remaining length. */
    private static String longPublish() {
        return "32 D401" + BENCH_A + "0005 00" + "AA".repeat(200);
    }

    private void assertViolation(String hex, String message) {
        assertThatThrownBy(() -> exchange(hex))
                .isInstanceOf(MqttViolation.class)
                .hasMessageContaining(message);
    }

    private String exchange(String hex) throws MqttViolation {
        return exchange(session, hex);
    }

    private static String exchange(SinkSession with, String hex) throws MqttViolation {
        with.onOctets(octets(hex));
        return HexFormat.of().withUpperCase().formatHex(with.out().drain());
    }

    private String drain() {
        return HexFormat.of().withUpperCase().formatHex(session.out().drain());
    }

    private static ByteBuffer octets(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex(hex)));
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }
}
