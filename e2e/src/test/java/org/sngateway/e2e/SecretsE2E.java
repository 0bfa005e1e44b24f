// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.testsupport.MosquittoProcess;

/**
 * The log when all of it is written, while things work and while they do not: each event is one line of pairs, and what the gateway is trusted with
 * stands nowhere.
 */
class SecretsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String JOURNAL = "<[3467]>";
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) ";
    /** A level, and then pairs with nothing between them but a space. */
    private static final String EVENT = "(ERROR|WARN|INFO|DEBUG|TRACE)( [\\w.-]+=([^\\s\"=]+|\"([^\"\\\\]|\\\\.)*\"))+";

    private static final String BROKER_PASSWORD = "broker-Pa55word";
    private static final String WRONG_PASSWORD = "wr0ng-Pa55word";
    private static final String DEVICE_PASSWORD = "device-Pa55word";
    private static final String PSK = "psk-0f-the-device";
    private static final String TOKEN = "t0ken-of-the-admin-port";
    private static final String WRONG_TOKEN = "wr0ng-token-of-somebody";
    private static final String PAYLOAD = "payl0ad-of-a-device";
    private static final String WILL = "w1ll-of-a-device";

    @TempDir
    private Path directory;

    @Test
    void shouldStandInNoLine() throws Exception {
        // In CI the tools are there, and their absence is a failure.
        assumeTrue(
                (MosquittoProcess.isInstalled() && OpensslClient.isInstalled()) || System.getenv("CI") != null,
                "mosquitto or openssl is not installed");
        Path passwords = Files.writeString(
                directory.resolve("passwords"), MosquittoProcess.passwordLine("gateway", BROKER_PASSWORD) + "\n");
        Files.writeString(directory.resolve("password"), BROKER_PASSWORD);
        Files.writeString(directory.resolve("wrong"), WRONG_PASSWORD);
        Files.writeString(directory.resolve("psk.txt"), "pump: text:" + PSK + "\n");
        Files.writeString(directory.resolve("token"), TOKEN + "\n");
        Files.writeString(
                directory.resolve("devices.yaml"), "node: { username: node, password: \"" + DEVICE_PASSWORD + "\" }\n");
        List<String> output = new ArrayList<>();
        try (MosquittoProcess broker =
                MosquittoProcess.start(directory, "allow_anonymous false", "password_file " + passwords)) {
            String server = "servers: [\"mqtt://127.0.0.1:" + broker.port() + "\"], username: gateway";
            output.addAll(run(true, server + ", password-file: password", "ready"));
            output.addAll(run(true, server + ", password-file: wrong", "cannot connect to the broker"));
            output.addAll(run(
                    false,
                    server + ", password-file: password, mode: per-device,"
                            + " device: { credentials-file: devices.yaml, username: \"%c\" }",
                    "ready"));
            output.addAll(run(
                    false,
                    "servers: [\"mqtts://127.0.0.1:" + broker.port()
                            + "\"], username: gateway, password-file: password",
                    "cannot connect to the broker"));
        }

        assertThat(output).anyMatch(line -> line.contains("DEBUG ")).anyMatch(line -> line.contains("device=node"));
        for (String secret :
                List.of(BROKER_PASSWORD, WRONG_PASSWORD, DEVICE_PASSWORD, PSK, TOKEN, WRONG_TOKEN, PAYLOAD, WILL)) {
            byte[] octets = secret.getBytes(StandardCharsets.UTF_8);
            String hex = HexFormat.of().formatHex(octets);
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(octets);
            assertThat(output)
                    .as(secret)
                    .allSatisfy(line -> assertThat(line)
                            .doesNotContain(secret, base64)
                            .satisfies(same ->
                                    assertThat(same.toLowerCase(Locale.ROOT)).doesNotContain(hex)));
        }
    }

    /** Everything that one gateway prints while devices and an operator come with what is right and what is wrong. */
    private List<String> run(boolean journal, String upstream, String sign) throws Exception {
        Path config = Files.writeString(directory.resolve("sn-gateway.yaml"), """
                listeners:
                  - { type: udp, bind: "127.0.0.1:0" }
                  - { type: dtls, bind: "127.0.0.1:0", psk-file: psk.txt }
                upstream: { reconnect-max: 1s, %s }
                admin: { bind: "127.0.0.1:0", token-file: token }
                """.formatted(upstream));
        try (ChildProcess process = ChildProcess.launch(
                Map.of("SN_LOG", "trace", "JOURNAL_STREAM", journal ? "8:1" : ""),
                "sn-gateway",
                "run",
                "--config",
                config.toString())) {
            String ready = process.awaitLine(line -> line.startsWith("ready "), PATIENCE);
            String[] addresses = ready.split(" ", -1);
            if (!sign.equals("ready")) {
                process.awaitLine(line -> line.contains(sign), PATIENCE);
            }
            String admin = process.output().stream()
                    .filter(line -> line.contains("admin pages are served"))
                    .findFirst()
                    .orElseGet(() -> awaitAdmin(process));
            askWithToken(admin, WRONG_TOKEN);
            askWithToken(admin, TOKEN);
            try (SnDevice device = new SnDevice(address(addresses[1]))) {
                beADevice(device);
            }
            for (String key : List.of(PSK, WRONG_TOKEN)) {
                try (OpensslClient device = OpensslClient.start(
                        address(addresses[2]),
                        "-psk_identity",
                        "pump",
                        "-psk",
                        HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8)))) {
                    device.send(new Connect(false, true, 60, "pump"));
                    if (key.equals(PSK)) {
                        process.awaitLine(line -> line.contains("device=pump"), PATIENCE);
                    } else {
                        process.awaitLine(line -> line.contains("handshake"), PATIENCE);
                    }
                }
            }
            process.terminate();
            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.output())
                    .filteredOn(line -> !line.startsWith("ready "))
                    .hasSizeGreaterThan(10)
                    .allMatch(line -> line.matches((journal ? JOURNAL : TIME) + EVENT));
            return process.output();
        }
    }

    private static String awaitAdmin(ChildProcess process) {
        try {
            return process.awaitLine(line -> line.contains("admin pages are served"), PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static InetSocketAddress address(String listener) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1)));
    }

    /** Asks for what is shown to those with the token only. */
    private static void askWithToken(String admin, String token) throws Exception {
        String base = admin.substring(admin.indexOf("http://")).split(" ", 2)[0];
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/trace?payloads=true"))
                .header("Authorization", "Bearer " + token)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(token.equals(TOKEN) ? 200 : 401);
        assertThat(answer.body()).doesNotContain(TOKEN, WRONG_TOKEN);
    }

    /** With a will, messages that are well-formed and ones that are not. */
    private static void beADevice(SnDevice device) throws IOException {
        device.send(new Connect(true, true, 60, "node"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8(WILL)));
        SnMessage answer = device.receive();
        if (!answer.equals(new ConnAck(ReturnCode.ACCEPTED))) { // in per-device mode the broker does not let it in
            return;
        }
        device.send(new Register(0, 1, "t"));
        int topic = device.expect(RegAck.class).topicId();
        device.send(new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(topic), 0, Payload.utf8(PAYLOAD)));
        device.send(new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(9), 2, Payload.utf8(PAYLOAD)));
        device.receive();
        byte[] malformed = ("\0\f\0\0\1\0\0" + PAYLOAD).getBytes(StandardCharsets.ISO_8859_1);
        device.sendOctets(malformed, malformed.length);
        device.send(new PingReq(""));
        device.expect(PingResp.class);
    }
}
