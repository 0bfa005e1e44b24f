// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.gateway.observe.FrameLog;
import org.sngateway.gateway.observe.FrameTrace;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

class TracePagesTest {
    private static final DeviceAddress UDP =
            new DeviceAddress.Udp(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000));
    private static final Payload SECRET = Payload.utf8("secret");
    private static final String SECRET_HEX = SECRET.toHex();

    private final OwnerLoops loops = OwnerLoops.start(1);
    private final OwnerLoop loop = loops.loops().get(0);
    private final FrameLog log = new FrameLog(loop);
    private final TracePages pages = new TracePages(
            new AdminSources(
                    new GatewayCounters(),
                    MetricsPageTest.LIMITS,
                    Optional::empty,
                    List.of(
                            new AdminSources.Listener("udp:0.0.0.0:1884", idle()),
                            new AdminSources.Listener("serial:/dev/ttyUSB0", idle())),
                    List.of(),
                    new FrameTrace(List.of(log)),
                    loops::nanoTime),
            () -> Instant.EPOCH.plusSeconds(1_000_000));

    private static CountingTransport idle() {
        return new CountingTransport(new TransportStats(0, 0, 0, 0, 0, 0), null);
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    private static Request request(String id, Map<String, String> parameters, boolean authorised) {
        return new Request(id, parameters, new byte[0], authorised);
    }

    private static String body(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String cursor(String body) {
        Matcher cursor = Pattern.compile("\"cursor\":\"([^\"]*)\"").matcher(body);
        assertThat(cursor.find()).isTrue();
        return cursor.group(1);
    }

    private String trace(Map<String, String> parameters, boolean authorised, Consumer<FrameLog> frames) {
        String cursor = cursor(body(pages.trace(request("", Map.of(), false))));
        loop.execute(() -> frames.accept(log));
        var all = new java.util.HashMap<>(parameters);
        all.put("after", cursor);
        return body(pages.trace(request("", all, authorised)));
    }

    private static Publish publish() {
        return new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(7), 0, SECRET);
    }

    @Test
    void shouldHidePayloadsOfEveryKindAndKeepTheirLength() {
        for (SnMessage message : List.of(publish(), new WillMsg(SECRET), new WillMsgUpd(SECRET))) {
            String body = trace(Map.of(), false, frames -> frames.sent(UDP, "d", message));

            assertThat(body).contains("=6\"").contains("000000000000\"").doesNotContain(SECRET_HEX);
        }
    }

    @Test
    void shouldShowOnlyTheHeaderOfAMalformedFrame() {
        DecodeResult.Malformed malformed =
                new DecodeResult.Malformed(MalformedReason.TOO_SHORT, "why", Payload.hex("090c" + SECRET_HEX), null);

        String hidden = trace(Map.of(), false, frames -> frames.malformed(UDP, "d", malformed));
        String shown = trace(Map.of("payloads", "true"), true, frames -> frames.malformed(UDP, "d", malformed));

        assertThat(hidden)
                .contains("MALFORMED reason=TOO_SHORT detail=why head=8")
                .contains("\"frame\":\"090c000000000000\"")
                .contains("\"malformed\":true");
        assertThat(shown).contains("head=0x090c" + SECRET_HEX).contains("\"frame\":\"090c" + SECRET_HEX);
    }

    @Test
    void shouldShowPayloadsToThoseWithTheTokenOnly() {
        String body = trace(Map.of("payloads", "true"), true, frames -> frames.sent(UDP, "d", publish()));

        assertThat(body).contains("data=0x" + SECRET_HEX).contains("0d0c00000700" + "00" + SECRET_HEX);
        assertThat(pages.trace(request("", Map.of("payloads", "true"), false)).status())
                .isEqualTo(401);
        assertThat(pages.recent(request("d", Map.of("payloads", "true"), false)).status())
                .isEqualTo(401);
    }

    @Test
    void shouldHidePayloadsFromThoseWithTheTokenWhoDoNotAsk() {
        assertThat(trace(Map.of(), true, frames -> frames.sent(UDP, "d", publish())))
                .doesNotContain(SECRET_HEX);
    }

    @Test
    void shouldWrapFramesOfNodesBehindAForwarder() {
        DeviceAddress node = new DeviceAddress.Forwarded(UDP, Payload.hex("0a0b"));

        String body = trace(Map.of(), false, frames -> frames.received(node, "d", new PubComp(1)));

        assertThat(body)
                .contains("\"frame\":\"05fe000a0b040e0001\"")
                .contains("\"octets\":9")
                .contains("\"address\":\"udp:127.0.0.1:4000/0a0b\"")
                .contains("\"peer\":\"127.0.0.1:4000\"")
                .contains("\"local\":\"0.0.0.0:1884\"");
    }

    @Test
    void shouldGiveOtherDevicesAddressesOfTheirOwn() {
        DeviceAddress radio = new DeviceAddress.Serial(1, "/dev/ttyUSB0", Payload.hex("0013a20040b0c0d0"));
        DeviceAddress line = new DeviceAddress.Serial(1, "/dev/ttyUSB0", Payload.EMPTY);
        DeviceAddress dtls = new DeviceAddress.Dtls(0, 0x1_0000_0002L, "id");

        String body = trace(Map.of(), false, frames -> {
            frames.received(radio, "", new PubComp(1));
            frames.received(line, "", new PubComp(1));
            frames.received(dtls, "", new PubComp(1));
        });

        assertThat(body)
                .contains("\"peer\":\"[2001:db8:1:1:13:a200:40b0:c0d0]:1884\",\"local\":\"[2001:db8::1]:1884\"")
                .contains("\"peer\":\"[2001:db8:1:1:0:0:0:1]:1884\"")
                .contains("\"peer\":\"[2001:db8:2:0:0:1:0:2]:1884\"");
    }

    @Test
    void shouldGiveTheLastFramesOfADevice() {
        loop.execute(() -> {
            log.received(UDP, "a/b", new Connect(false, true, 60, "a/b"));
            log.received(UDP, "other", new PubComp(1));
        });

        String body = body(pages.recent(request("a/b", Map.of(), false)));

        assertThat(body).contains("CONNECT").contains("\"client\":\"a/b\"").doesNotContain("PUBCOMP");
    }

    @Test
    void shouldRefuseACursorThatIsNone() {
        assertThat(pages.trace(request("", Map.of("after", "x"), false)).status())
                .isEqualTo(400);
    }

    @Test
    void shouldRefuseMoreWatchersThanTheGatewayBears() {
        for (int i = 0; i < 8; i++) {
            body(pages.trace(request("", Map.of("client", "d" + i), false)));
        }

        assertThat(pages.trace(request("", Map.of("client", "one more"), false)).status())
                .isEqualTo(503);
    }
}
