// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.gateway.config.ServerAddress.Scheme;

class ConfigReaderTest {
    private static final String SERVER_FORM =
            "mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], with an IPv6 address in"
                    + " brackets; with ws and wss then [/PATH]";
    private static final String BIND_FORM =
            "IPV4:PORT or [IPV6]:PORT in quotes, such as \"0.0.0.0:1884\" (port 0 for any free one)";
    private static final String GROUP_FORM =
            "IPV4:PORT or [IPV6]:PORT of a multicast group in quotes, such as \"225.1.1.1:1883\"";
    private static final String TOPIC_FORM = "a topic name without + and #, and %c only in predefined-per-device";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "# only a comment",
                "---",
                "~",
                "{}",
                "gateway:\nupstream:\ntopics:\nsessions:",
                "\uFEFF{}"
            })
    void shouldReadFileWithoutKeysAsDefaults(String yaml) throws Exception {
        assertThat(read(yaml)).isEqualTo(GatewayConfig.defaults());
    }

    @Test
    void shouldListenOnUdpAndConnectToLocalBrokerByDefault() throws Exception {
        GatewayConfig config = GatewayConfig.defaults();

        assertThat(config.gateway()).isEqualTo(new IdentityConfig(1, "sn-gateway", 0));
        assertThat(config.listeners()).containsExactly(new ListenerConfig.Udp(address("0.0.0.0", 1884), 4 << 20, 2048));
        assertThat(config.discovery()).isEqualTo(new DiscoveryConfig(null, List.of(), List.of(), 1, false, 0));
        assertThat(config.upstream())
                .isEqualTo(new UpstreamConfig(
                        UpstreamConfig.Mode.POOLED,
                        List.of(new ServerAddress("127.0.0.1", 1883)),
                        UpstreamConfig.MqttVersion.V5,
                        2,
                        null,
                        null,
                        new TlsConfig(null, null, null),
                        new DeviceUpstreamConfig("%c", null, null, null, null, null, Optional.of(200)),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        Duration.ofDays(1),
                        65_535,
                        4096,
                        10_000,
                        16 << 20,
                        false,
                        16,
                        200,
                        Duration.ofSeconds(1),
                        "sn-gateway/%n/status",
                        Duration.ofSeconds(60)));
        assertThat(config.topics()).isEqualTo(new TopicsConfig("", Map.of(), Map.of()));
        assertThat(config.sessions())
                .isEqualTo(new SessionsConfig(
                        Duration.ofSeconds(10),
                        4,
                        50_000,
                        64,
                        1000,
                        100,
                        new BufferLimit(100, 64 << 10, BufferLimit.Overflow.DROP_OLDEST_QOS_0, true),
                        64 << 20,
                        0,
                        true,
                        16,
                        Duration.ofHours(24)));
    }

    @Test
    void shouldReadEveryKey() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "secret\n");
        Path token = Files.writeString(directory.resolve("token"), "0123456789abcdef\n");
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path ca = Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        Path key = Files.writeString(directory.resolve("ca.key"), authority.getPrivateKeyPEM());
        Path devices = Files.writeString(directory.resolve("devices.yaml"), "pump-1: { username: p1 }\n");

        GatewayConfig config = read("""
                gateway: { id: 0, name: edge_1.a-B, shards: 2 }
                listeners:
                  - { type: udp, bind: "127.0.0.1:2000", receive-buffer: 64KiB, max-frame: 512 }
                  - { type: udp, bind: "[::1]:2000" }
                discovery:
                  advertise-interval: 1h
                  multicast: ["225.1.1.1:1883", "[ff1e:feed:caca:dead::1]:1884"]
                  interfaces: [eth0, lo]
                  hop-limit: 3
                  gwinfo-multicast: true
                  radius: 4
                upstream:
                  mode: per-device
                  servers: ["mqtt://broker", "mqtts://10.0.0.1", "mqtt://[2001:db8::1]:1", "ws://broker", "wss://broker:1/a/b"]
                  version: 3
                  max-qos: 1
                  username: gateway
                  password-file: password
                  tls: { ca: ca.pem, certificate: ca.pem, key: ca.key }
                  device:
                    client-id: "site-%c"
                    username: "%c@site"
                    password-file: "devices/%c/password"
                    certificate: "/etc/%c.pem"
                    key: "/etc/%c.key"
                    credentials-file: devices.yaml
                    connect-rate: off
                  keep-alive: 30s
                  connect-timeout: 500ms
                  reconnect-min: 250ms
                  reconnect-max: 15m
                  session-expiry: 2d
                  receive-maximum: 100
                  max-in-flight: 1
                  max-queued: 2
                  max-queued-bytes: 5KiB
                  keep-qos-0: true
                  max-lanes: 3
                  max-filters-per-subscribe: 8
                  retained-quiet-time: 2s
                  status-topic: off
                  status-interval: 5s
                topics:
                  prefix: site-7/
                  predefined: { 1: a, 65534: b/c }
                  predefined-per-device: { "pump-*": { 2: "pumps/%c" } }
                sessions:
                  retry-interval: 2s
                  retry-count: 5
                  max: 6
                  max-client-id: 7
                  max-topic-ids: 8
                  max-subscriptions: 9
                  sleep-buffer: { messages: 10, bytes: 1MiB, overflow: drop-oldest, qos-0: false }
                  sleep-buffer-total: 2MiB
                  max-awake-messages: 12
                  roaming: false
                  max-in-flight: 11
                  max-idle: 2h
                admission: { qos-minus-one: true }
                store:
                  directory: state/store
                  max-size: 2GiB
                  max-pending: 2MiB
                  journal-max-bytes: 1TiB
                  journal-max-age: 7d
                admin: { bind: "[::1]:9000", token-file: token }
                """);

        assertThat(config)
                .isEqualTo(new GatewayConfig(
                        new IdentityConfig(0, "edge_1.a-B", 2),
                        List.of(
                                new ListenerConfig.Udp(address("127.0.0.1", 2000), 64 << 10, 512),
                                new ListenerConfig.Udp(address("::1", 2000), 4 << 20, 2048)),
                        new DiscoveryConfig(
                                Duration.ofHours(1),
                                List.of(address("225.1.1.1", 1883), address("ff1e:feed:caca:dead::1", 1884)),
                                List.of("eth0", "lo"),
                                3,
                                true,
                                4),
                        new UpstreamConfig(
                                UpstreamConfig.Mode.PER_DEVICE,
                                List.of(
                                        new ServerAddress("broker", 1883),
                                        new ServerAddress(Scheme.MQTTS, "10.0.0.1", 8883, ""),
                                        new ServerAddress("2001:db8::1", 1),
                                        new ServerAddress(Scheme.WS, "broker", 80, "/mqtt"),
                                        new ServerAddress(Scheme.WSS, "broker", 1, "/a/b")),
                                UpstreamConfig.MqttVersion.V3_1_1,
                                1,
                                "gateway",
                                password,
                                new TlsConfig(ca, ca, key),
                                new DeviceUpstreamConfig(
                                        "site-%c",
                                        "%c@site",
                                        new FileTemplate(directory + "/devices/%c/password"),
                                        new FileTemplate("/etc/%c.pem"),
                                        new FileTemplate("/etc/%c.key"),
                                        devices,
                                        Optional.empty()),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(500),
                                Duration.ofMillis(250),
                                Duration.ofMinutes(15),
                                Duration.ofDays(2),
                                100,
                                1,
                                2,
                                5 << 10,
                                true,
                                3,
                                8,
                                Duration.ofSeconds(2),
                                null,
                                Duration.ofSeconds(5)),
                        new TopicsConfig(
                                "site-7/", Map.of(1, "a", 65_534, "b/c"), Map.of("pump-*", Map.of(2, "pumps/%c"))),
                        new SessionsConfig(
                                Duration.ofSeconds(2),
                                5,
                                6,
                                7,
                                8,
                                9,
                                new BufferLimit(10, 1 << 20, BufferLimit.Overflow.DROP_OLDEST, false),
                                2 << 20,
                                12,
                                false,
                                11,
                                Duration.ofHours(2)),
                        new AdmissionConfig(
                                new NetworksConfig(List.of(), List.of()),
                                List.of(),
                                List.of(),
                                List.of(),
                                new RateConfig(Optional.empty(), Optional.empty()),
                                Optional.empty(),
                                null,
                                true),
                        new StoreConfig(
                                directory.resolve("state/store"), 2L << 30, 2 << 20, 1L << 40, Duration.ofDays(7)),
                        new AdminConfig(address("::1", 9000), token)));
    }

    @Test
    void shouldKeepJournalAsLongAsItTakesWhenAgeIsOff() throws Exception {
        assertThat(read("store: { journal-max-age: off }").store().journalMaxAge())
                .isNull();
    }

    @Test
    void shouldTakeStoreDirectoryOfServiceManagerUnlessOneIsConfigured() throws Exception {
        StoreConfig configured = read("store: { directory: /var/lib/mine }").store();
        StoreConfig unset = read("store:").store();

        assertThat(configured.directory(Map.of("STATE_DIRECTORY", "/var/lib/sn-gateway")))
                .contains(Path.of("/var/lib/mine"));
        assertThat(unset.directory(Map.of("STATE_DIRECTORY", "/var/lib/sn-gateway:/var/lib/other")))
                .contains(Path.of("/var/lib/sn-gateway"));
        assertThat(unset.directory(Map.of("STATE_DIRECTORY", ""))).isEmpty();
        assertThat(unset.directory(Map.of())).isEmpty();
    }

    @Test
    void shouldSayWhyATokenCannotBeUsed() throws Exception {
        Files.writeString(directory.resolve("short"), "0123456789abcde\n");
        Files.writeString(directory.resolve("spaced"), "0123456789 abcdef");
        Files.writeString(directory.resolve("long"), "x".repeat(257));
        String allowed = "; a file with 16 to 256 visible ASCII characters that the gateway may read";

        assertThat(problems("admin: { token-file: none }"))
                .containsExactly("1:22: admin.token-file: \"none\" does not exist" + allowed);
        for (String file : List.of("short", "spaced", "long")) {
            assertThat(problems("admin: { token-file: " + file + " }"))
                    .containsExactly(
                            "1:22: admin.token-file: \"" + file + "\" holds no token that can be used" + allowed);
        }
        assertThatIOException()
                .isThrownBy(() -> new AdminConfig(null, directory.resolve("short")).readToken())
                .withMessageEndingWith("short holds no token that can be used");
    }

    @Test
    void shouldServeNoAdminPagesWhenTheyAreOff() throws Exception {
        assertThat(read("").admin().bind()).isEqualTo(address("127.0.0.1", 8084));
        assertThat(read("admin: { bind: off }").admin().bind()).isNull();
        assertThat(problems("admin: { bind: 8084 }"))
                .containsExactly("1:16: admin.bind: \"8084\" has no port; IPV4:PORT or [IPV6]:PORT in"
                        + " quotes, such as \"0.0.0.0:1884\" (port 0 for any free one), or off");
    }

    @Test
    void shouldKeepOrderOfPerDevicePatterns() throws Exception {
        GatewayConfig config = read("topics: { predefined-per-device: { z*: { 1: z }, a*: { 1: a }, m*: { 1: m } } }");

        assertThat(config.topics().predefinedPerDevice().keySet()).containsExactly("z*", "a*", "m*");
    }

    @Test
    void shouldAllowAnyNumberOfListenersOnFreePorts() throws Exception {
        GatewayConfig config =
                read("listeners: [{ type: udp, bind: '127.0.0.1:0' }, { type: udp, bind: '127.0.0.1:0' }]");

        assertThat(config.listeners()).hasSize(2);
    }

    @Test
    void shouldAdvertiseEveryQuarterOfAnHourWhenThereIsGroup() throws Exception {
        DiscoveryConfig discovery =
                read("discovery: { multicast: '225.1.1.1:1883' }").discovery();

        assertThat(discovery.groups()).containsExactly(address("225.1.1.1", 1883));
        assertThat(discovery.advertiseInterval()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void shouldNotAdvertiseWhenThatIsOff() throws Exception {
        DiscoveryConfig discovery = read("discovery: { multicast: '225.1.1.1:1883', advertise-interval: off }")
                .discovery();

        assertThat(discovery.groups()).hasSize(1);
        assertThat(discovery.advertiseInterval()).isNull();
        assertThat(read("discovery: { advertise-interval: off }").discovery().advertiseInterval())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"1s, true", "18h, true", "64800s, true", "0s, false", "64801s, false", "19h, false"})
    void shouldHoldAdvertiseIntervalToWhatDurationFieldHolds(String interval, boolean allowed) throws IOException {
        String yaml = "discovery: { multicast: '225.1.1.1:1883', advertise-interval: " + interval + " }";
        String problem = "1:63: discovery.advertise-interval: \"" + interval
                + "\" is out of range; a duration from 1s to 18h, in d, h, m, s, or off";

        if (allowed) {
            assertThat(valid(yaml)).isTrue();
        } else {
            assertThat(problems(yaml)).containsExactly(problem);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "[::]", "127.0.0.1"})
    void shouldAllowIpv4GroupForListenerThatServesIpv4(String bind) throws IOException {
        assertThat(valid("listeners: [{ type: udp, bind: '" + bind
                        + ":1884' }]\ndiscovery: { multicast: '225.1.1.1:1884' }"))
                .isTrue();
    }

    private boolean valid(String yaml) throws IOException {
        try {
            return read(yaml) != null;
        } catch (InvalidConfigException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.id,                     0,     255,     -1,    256",
        "gateway.shards,                 0,     64,      -1,    65",
        "listeners.receive-buffer,       64KiB, 256MiB,  65535, 257MiB",
        "listeners.max-frame,            64,    65507,   63,    64KiB",
        "discovery.hop-limit,            1,     255,     0,     256",
        "discovery.radius,               0,     255,     -1,    256",
        "upstream.keep-alive,            5s,    1h,      4s,    3601s",
        "upstream.connect-timeout,       100ms, 5m,      99ms,  301s",
        "upstream.reconnect-min,         100ms, 60s,     99ms,  61m",
        "upstream.reconnect-max,         1s,    1d,      99ms,  25h",
        "upstream.session-expiry,        1m,    365d,    59s,   366d",
        "upstream.max-in-flight,         1,     65535,   0,     65536",
        "upstream.max-queued,            0,     1000000, -1,    1000001",
        "upstream.max-queued-bytes,      1KiB,  2047MiB, 1023,   2048MiB",
        "upstream.max-lanes,             1,     256,     0,     257",
        "upstream.max-filters-per-subscribe, 1, 1000,    0,     1001",
        "upstream.retained-quiet-time,   100ms, 1m,      99ms,  61s",
        "sessions.retry-interval,        100ms, 10m,     99ms,  601s",
        "sessions.retry-count,           0,     100,     -1,    101",
        "sessions.max,                   1,     1000000, 0,     1000001",
        "sessions.max-client-id,         1,     65000,   0,     65001",
        "sessions.max-topic-ids,         1,     65534,   0,     65535",
        "sessions.max-subscriptions,     1,     10000,   0,     10001",
        "sessions.sleep-buffer.messages, 1,     100000,  0,     100001",
        "sessions.sleep-buffer.bytes,    1KiB,  64MiB,   1023,  65MiB",
        "sessions.max-in-flight,         1,     65535,   0,     65536",
        "sessions.max-idle,              1m,    365d,    59s,   366d",
    })
    void shouldHoldEachNumberToItsRange(String key, String min, String max, String below, String above)
            throws Exception {
        assertThat(read(yamlWith(key, min))).isNotNull();
        assertThat(read(yamlWith(key, max))).isNotNull();
        for (String outside : List.of(below, above, "999999999999999999" + min, "9999999999999999" + max)) {
            assertThat(problems(yamlWith(key, outside)))
                    .singleElement()
                    .asString()
                    .contains(".", "is out of range; a");
        }
    }

    private static String yamlWith(String key, String value) {
        String yaml = key.replace(".", ": { ") + ": " + value
                + " }".repeat((int) key.chars().filter(c -> c == '.').count());
        return yaml.startsWith("listeners: {")
                ? yaml.replace("listeners: {", "listeners: [{ type: udp,").replace("}", "}]")
                : yaml;
    }

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                // wrong kinds of values
                arguments(
                        "gateway: { id: one }",
                        "1:16: gateway.id: \"one\" is not a whole number; a whole number from 0 to 255"),
                arguments(
                        "gateway: { id: 1.5 }",
                        "1:16: gateway.id: \"1.5\" is not a whole number; a whole number from 0 to 255"),
                arguments(
                        "gateway: { id: 0x1 }",
                        "1:16: gateway.id: \"0x1\" is not a whole number; a whole number from 0 to 255"),
                arguments(
                        "gateway: { id: 012 }",
                        "1:16: gateway.id: \"012\" is not a whole number; a whole number from 0 to 255"),
                arguments("gateway: { id: [1] }", "1:16: gateway.id: is a list; a whole number from 0 to 255"),
                arguments("gateway: { id: {} }", "1:16: gateway.id: is a mapping; a whole number from 0 to 255"),
                arguments("gateway:\n  id:\n", "2:6: gateway.id: has no value; a whole number from 0 to 255"),
                arguments("gateway: { id: ~ }", "1:16: gateway.id: has no value; a whole number from 0 to 255"),
                arguments("gateway: 7", "1:10: gateway: \"7\" is a single value; a mapping of keys to values"),
                arguments("- gateway", "1:1: (file): is a list; a mapping of keys to values"),
                arguments("gateway", "1:1: (file): \"gateway\" is a single value; a mapping of keys to values"),
                arguments("listeners: {}", "1:12: listeners: is a mapping; a list"),
                arguments("listeners: []", "1:12: listeners: is empty; at least one entry"),
                arguments(
                        "listeners: [udp]",
                        "1:13: listeners[0]: \"udp\" is a single value; a mapping of keys to values"),
                arguments(
                        "upstream: { servers: mqtt://h }",
                        "1:22: upstream.servers: \"mqtt://h\" is a single value; a list"),
                arguments("topics: { predefined: [a] }", "1:23: topics.predefined: is a list; a mapping"),
                arguments(
                        "topics: { predefined: { [1]: a } }",
                        "1:25: topics.predefined: has a key that is a list or a mapping; text as key"),
                arguments("? [a]\n: b", "1:3: (file): has a key that is a list or a mapping; text as key"),
                // units
                arguments(
                        "upstream: { keep-alive: 10 }",
                        "1:25: upstream.keep-alive: \"10\" has no unit; a duration from 5s to 1h, in d, h, m, s"),
                arguments(
                        "upstream: { keep-alive: 10S }",
                        "1:25: upstream.keep-alive: \"10S\" has an unknown unit; a duration from 5s to 1h, in d, h, m, s"),
                arguments(
                        "upstream: { keep-alive: 9500ms }",
                        "1:25: upstream.keep-alive: \"9500ms\" has an unknown unit; a duration from 5s to 1h, in d, h, m, s"),
                arguments(
                        "upstream: { keep-alive: 1.5m }",
                        "1:25: upstream.keep-alive: \"1.5m\" is not a duration; a duration from 5s to 1h, in d, h, m, s"),
                arguments(
                        "upstream: { keep-alive: -5s }",
                        "1:25: upstream.keep-alive: \"-5s\" is not a duration; a duration from 5s to 1h, in d, h, m, s"),
                arguments(
                        "sessions: { retry-interval: soon }",
                        "1:29: sessions.retry-interval: \"soon\" is not a duration; a duration from 100ms to 10m, in d, h, m, s, ms"),
                arguments(
                        "sessions: { sleep-buffer: { bytes: 64KB } }",
                        "1:36: sessions.sleep-buffer.bytes: \"64KB\" has an unknown unit; a size from 1KiB to 64MiB, in MiB, KiB, B"),
                // texts
                arguments(
                        "gateway: { name: 'edge 1' }",
                        "1:18: gateway.name: \"edge 1\" is not allowed; 1 to 64 of A-Z a-z 0-9 . _ -"),
                arguments(
                        "gateway: { name: '' }",
                        "1:18: gateway.name: \"\" is not allowed; 1 to 64 of A-Z a-z 0-9 . _ -"),
                arguments(
                        "gateway: { name: \"a\\nb\" }",
                        "1:18: gateway.name: \"a b\" is not allowed; 1 to 64 of A-Z a-z 0-9 . _ -"),
                arguments(
                        "gateway: { name: " + "n".repeat(65) + " }",
                        "1:18: gateway.name: \"" + "n".repeat(60)
                                + "...\" is not allowed; 1 to 64 of A-Z a-z 0-9 . _ -"),
                arguments(
                        "upstream: { username: \"a\\0b\" }",
                        "1:23: upstream.username: \"a b\" is not allowed; 1 to 1024 printable characters"),
                // listeners
                arguments(
                        "listeners: [{ bind: '0.0.0.0:1' }]",
                        "1:13: listeners[0].type: is missing; udp or dtls or serial"),
                arguments(
                        "listeners: [{ type: tcp, x: 1 }]",
                        "1:21: listeners[0].type: \"tcp\" is not known; udp or dtls or serial"),
                arguments(
                        "listeners: [{ type: dtls }]",
                        "1:13: listeners[0].psk-file: is missing, and so is certificate; psk-file, or certificate and key,"
                                + " or all three"),
                arguments(
                        "listeners: [{ type: dtls, psk-file: none }]",
                        "1:37: listeners[0].psk-file: \"none\" does not exist; a file with a line for each identity:"
                                + " identity: key, the key in hexadecimal, or after text: as it is"),
                arguments(
                        "listeners: [{ type: dtls, psk-file: psk.txt, client-certificates: optional }]",
                        "1:67: listeners[0].client-certificates: stands without ca; client-certificates beside ca"),
                arguments(
                        "listeners: [{ type: dtls, psk-file: psk.txt, client-id: [] }]",
                        "1:57: listeners[0].client-id: is empty; at least one entry"),
                arguments(
                        "listeners: [{ type: dtls, psk-file: psk.txt, handshake-rate: 5 }]",
                        "1:62: listeners[0].handshake-rate: \"5\" is not a rate; a rate from 1/s to 100000/s, or off"),
                arguments(
                        "listeners: [{ type: serial, baud: 9600 }]",
                        "1:13: listeners[0].port: is missing; the name of a serial port, such as /dev/ttyUSB0"),
                arguments(
                        "listeners: [{ type: serial, port: p, baud: 100 }]",
                        "1:44: listeners[0].baud: \"100\" is out of range; a whole number from 300 to 4000000"),
                arguments(
                        "listeners: [{ type: serial, port: p, parity: mixed }]",
                        "1:46: listeners[0].parity: \"mixed\" is not known; none or odd or even or mark or space"),
                arguments(
                        "listeners: [{ type: serial, port: p, stop-bits: 3 }]",
                        "1:49: listeners[0].stop-bits: \"3\" is out of range; a whole number from 1 to 2"),
                arguments(
                        "listeners: [{ type: serial, port: p, flow-control: dtr }]",
                        "1:52: listeners[0].flow-control: \"dtr\" is not known; none or rts-cts or xon-xoff"),
                arguments(
                        "listeners: [{ type: serial, port: p, flow-control: xon-xoff }]",
                        "1:52: listeners[0].flow-control: does not go with this framing, which sends 11 and 13 as data;"
                                + " xbee-api2 with it"),
                arguments(
                        "listeners: [{ type: serial, port: p, framing: cobs }]",
                        "1:47: listeners[0].framing: \"cobs\" is not known;"
                                + " slip or slip-crc16 or raw or xbee-api1 or xbee-api2"),
                arguments(
                        "listeners: [{ type: serial, port: p, framing: xbee-api1, max-frame: 256 }]",
                        "1:69: listeners[0].max-frame: is more than an XBee module carries; a size from 32 to 255"),
                arguments(
                        "listeners: [{ type: serial, port: p, send-queue: 100 }]",
                        "1:50: listeners[0].send-queue: \"100\" is out of range;"
                                + " a size from 1KiB to 1MiB, in MiB, KiB, B"),
                arguments(
                        "listeners: [{ type: serial, port: p, bind: x }]",
                        "1:38: listeners[0].bind: unknown key; allowed here: type, port, framing, flow-control, max-frame,"
                                + " baud, parity, stop-bits, send-queue"),
                arguments(
                        "listeners:\n- { type: serial, port: p }\n- { type: serial, port: p }",
                        "3:25: listeners[1].port: another listener has this port; each port once"),
                arguments(
                        "listeners: [{ type: udp, bind: '0.0.0.0' }]",
                        "1:32: listeners[0].bind: \"0.0.0.0\" has no port; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: ':1884' }]",
                        "1:32: listeners[0].bind: \":1884\" is not an address with a port; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: '::1:1884' }]",
                        "1:32: listeners[0].bind: \"::1:1884\" is not an address with a port; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: 'localhost:1884' }]",
                        "1:32: listeners[0].bind: \"localhost\" is not an IP address; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: '[1.2.3.4]:1884' }]",
                        "1:32: listeners[0].bind: \"1.2.3.4\" is not an IP address; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: '1.2.3.256:1884' }]",
                        "1:32: listeners[0].bind: \"1.2.3.256\" is not an IP address; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: '0.0.0.0:65536' }]",
                        "1:32: listeners[0].bind: \"0.0.0.0:65536\" has no port from 0 to 65535; " + BIND_FORM),
                arguments(
                        "listeners: [{ type: udp, bind: '[fe80::1%no-such-if]:1' }]",
                        "1:32: listeners[0].bind: \"fe80::1%no-such-if\" is not an address of this machine; "
                                + BIND_FORM),
                arguments(
                        "listeners:\n- { type: udp }\n- { type: udp, bind: '0.0.0.0:1884' }",
                        "3:22: listeners[1].bind: another listener has this address; each address once"),
                arguments(
                        "listeners:\n- { type: udp, bind: '[::1]:1' }\n- { type: udp, bind: '[0:0::1]:1' }",
                        "3:22: listeners[1].bind: another listener has this address; each address once"),
                // servers
                arguments(
                        "upstream: { servers: ['tcp://h'] }",
                        "1:23: upstream.servers[0]: \"tcp://h\" has an unknown scheme; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['h:1883'] }",
                        "1:23: upstream.servers[0]: \"h:1883\" is not a server address; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://'] }",
                        "1:23: upstream.servers[0]: \"mqtt://\" is not a server address; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://::1'] }",
                        "1:23: upstream.servers[0]: \"mqtt://::1\" is not a server address; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://[::g]'] }",
                        "1:23: upstream.servers[0]: \"::g\" is not a host name or address; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://h/path'] }",
                        "1:23: upstream.servers[0]: \"mqtt://h/path\" has a path, which only ws and wss have; "
                                + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['ws://h/a b'] }",
                        "1:23: upstream.servers[0]: \"ws://h/a b\" has a path with characters that do not belong there; "
                                + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://h:0'] }",
                        "1:23: upstream.servers[0]: \"mqtt://h:0\" has no port from 1 to 65535; " + SERVER_FORM),
                arguments(
                        "upstream: { servers: ['mqtt://h', 'mqtt://h:1883'] }",
                        "1:35: upstream.servers[1]: is there twice; each one once"),
                arguments(
                        "upstream: { mode: shared }",
                        "1:19: upstream.mode: \"shared\" is not known; pooled or per-device"),
                arguments("upstream: { version: 4 }", "1:22: upstream.version: \"4\" is not known; 5 or 3"),
                arguments(
                        "upstream: { device: { client-id: gateway } }",
                        "1:34: upstream.device.client-id: \"gateway\" is not allowed; 1 to 1024 printable characters,"
                                + " with %c for the device's client id in it"),
                arguments(
                        "upstream: { device: { connect-rate: 200 } }",
                        "1:37: upstream.device.connect-rate: \"200\" is not a rate; a rate from 1/s to 100000/s, or off"),
                arguments(
                        "upstream: { device: { connect-rate: 0/s } }",
                        "1:37: upstream.device.connect-rate: \"0\" is out of range; a rate from 1/s to 100000/s, or off"),
                arguments(
                        "upstream: { device: { certificate: '%c.pem' } }",
                        "1:36: upstream.device.certificate: has no key; certificate and key, or neither"),
                arguments(
                        "upstream: { tls: { ca: none.pem } }",
                        "1:24: upstream.tls.ca: \"none.pem\" does not exist; a PEM file that holds certificates"),
                arguments(
                        "upstream: { reconnect-min: 2s, reconnect-max: 1500ms }",
                        "1:47: upstream.reconnect-max: reconnect-min (2s) is longer than reconnect-max (1500ms);"
                                + " reconnect-min not longer than reconnect-max"),
                arguments(
                        "upstream: { reconnect-min: 90s }",
                        "1:28: upstream.reconnect-min: reconnect-min (90s) is longer than reconnect-max (1m);"
                                + " reconnect-min not longer than reconnect-max"),
                // topics
                arguments(
                        "topics: { prefix: 'a/#' }",
                        "1:19: topics.prefix: \"a/#\" is not allowed;"
                                + " empty or the beginning of a topic name, without + and #, and no $ in front"),
                arguments(
                        "topics: { prefix: '$share/g/' }",
                        "1:19: topics.prefix: \"$share/g/\" is not allowed;"
                                + " empty or the beginning of a topic name, without + and #, and no $ in front"),
                arguments(
                        "topics: { predefined: { 0: a } }",
                        "1:25: topics.predefined.0: \"0\" is out of range; a whole number from 1 to 65534"),
                arguments(
                        "topics: { predefined: { 65535: a } }",
                        "1:25: topics.predefined.65535: \"65535\" is out of range; a whole number from 1 to 65534"),
                arguments(
                        "topics: { predefined: { x: a } }",
                        "1:25: topics.predefined.x: \"x\" is not a whole number; a whole number from 1 to 65534"),
                arguments(
                        "topics: { predefined: { 1: a/+ } }",
                        "1:28: topics.predefined.1: \"a/+\" is not allowed; " + TOPIC_FORM),
                arguments(
                        "topics: { predefined: { 1: '' } }",
                        "1:28: topics.predefined.1: \"\" is not allowed; " + TOPIC_FORM),
                arguments(
                        "topics: { predefined: { 1: a/%c } }",
                        "1:28: topics.predefined.1: \"a/%c\" is not allowed; " + TOPIC_FORM),
                arguments(
                        "topics: { predefined: { 1: a, 2: b, '1': c } }",
                        "1:37: topics.predefined.1: is there twice; each one once"),
                arguments(
                        "topics: { predefined-per-device: { 'p*': { 1: '%c/#' } } }",
                        "1:47: topics.predefined-per-device.p*.1: \"%c/#\" is not allowed;"
                                + " a topic name without + and #, where %c stands for the client id"),
                arguments(
                        "topics: { predefined-per-device: { '': { 1: a } } }",
                        "1:36: topics.predefined-per-device.: \"\" is not allowed;"
                                + " a client id of 1 to 256 characters, where * stands for any characters and ? for one"),
                arguments(
                        "topics: { predefined-per-device: { p: { 1: a }, p: { 2: a } } }",
                        "1:49: topics.predefined-per-device.p: is there twice; each one once"),
                // discovery
                arguments(
                        "discovery: { multicast: '192.168.1.1:1883' }",
                        "1:25: discovery.multicast: \"192.168.1.1:1883\" is not a multicast address; " + GROUP_FORM),
                arguments(
                        "discovery: { multicast: '225.1.1.1' }",
                        "1:25: discovery.multicast: \"225.1.1.1\" has no port; " + GROUP_FORM),
                arguments(
                        "discovery: { multicast: '225.1.1.1:0' }",
                        "1:25: discovery.multicast: \"225.1.1.1:0\" has no port from 1 to 65535; " + GROUP_FORM),
                arguments(
                        "discovery: { multicast: 'all-gateways:1883' }",
                        "1:25: discovery.multicast: \"all-gateways\" is not an IP address; " + GROUP_FORM),
                arguments(
                        "discovery: { multicast: '[ff02::1%eth0]:1883' }",
                        "1:25: discovery.multicast: \"[ff02::1%eth0]:1883\" names an interface,"
                                + " which belongs into interfaces; " + GROUP_FORM),
                arguments(
                        "discovery: { multicast: { group: 1 } }",
                        "1:25: discovery.multicast: is a mapping; " + GROUP_FORM),
                arguments("discovery: { multicast: [] }", "1:25: discovery.multicast: is empty; at least one entry"),
                arguments(
                        "discovery: { multicast: ['225.1.1.1:1883', '225.1.1.1:1883'] }",
                        "1:44: discovery.multicast[1]: is there twice; each one once"),
                arguments(
                        "discovery: { multicast: '[ff1e::1]:1883' }",
                        "1:12: discovery: has an IPv6 group, but no listener is bound to an IPv6 address;"
                                + " groups of the listeners' kind; a listener bound to [::] serves both"),
                arguments(
                        "listeners: [{ type: udp, bind: '[::1]:1884' }]\ndiscovery: { multicast: '225.1.1.1:1883' }",
                        "2:12: discovery: has an IPv4 group, but no listener is bound to an IPv4 address;"
                                + " groups of the listeners' kind; a listener bound to [::] serves both"),
                arguments(
                        "discovery: { advertise-interval: 15m }",
                        "1:12: discovery: has an advertise-interval, but UDP listeners have nowhere to send ADVERTISE to;"
                                + " multicast with a group, or advertise-interval: off"),
                arguments(
                        "discovery: { advertise-interval: 500ms }",
                        "1:34: discovery.advertise-interval: \"500ms\" has an unknown unit;"
                                + " a duration from 1s to 18h, in d, h, m, s, or off"),
                arguments(
                        "discovery: { interfaces: eth0 }",
                        "1:26: discovery.interfaces: \"eth0\" is a single value; a list"),
                arguments(
                        "discovery: { interfaces: [''] }",
                        "1:27: discovery.interfaces[0]: \"\" is not allowed;"
                                + " a name of 1 to 64 characters, as the operating system shows it"),
                arguments(
                        "discovery: { gwinfo-multicast: yes }",
                        "1:32: discovery.gwinfo-multicast: \"yes\" is neither; true or false"),
                // keys
                arguments("gateway: { id: 1, id: 2 }", "1:19: gateway.id: is there twice; each one once"),
                arguments(
                        "gateway: { nam: x }",
                        "1:12: gateway.nam: unknown key; did you mean name? allowed here: id, name, shards"),
                arguments(
                        "gateway: { nmae: x }",
                        "1:12: gateway.nmae: unknown key; did you mean name? allowed here: id, name, shards"),
                arguments(
                        "gateway: { password: x }",
                        "1:12: gateway.password: unknown key; allowed here: id, name, shards"),
                arguments(
                        "listener: []",
                        "1:1: listener: unknown key; did you mean listeners? allowed here: gateway, listeners, discovery, upstream, topics, sessions, admission, store, admin"),
                arguments(
                        "listeners: [{ type: udp, max_frame: 64 }]",
                        "1:26: listeners[0].max_frame: unknown key; did you mean max-frame?"
                                + " allowed here: type, bind, receive-buffer, max-frame"),
                arguments(
                        "store: { max-size: 8MiB }",
                        "1:20: store.max-size: \"8MiB\" is out of range;"
                                + " a size from 16MiB to 1TiB, in TiB, GiB, MiB, KiB, B"),
                arguments(
                        "store: { max-pending: 2GiB }",
                        "1:23: store.max-pending: \"2GiB\" has an unknown unit;"
                                + " a size from 1MiB to 1024MiB, in MiB, KiB, B"),
                arguments(
                        "store: { journal-max-age: 0s }",
                        "1:27: store.journal-max-age: \"0s\" is out of range;"
                                + " a duration from 1m to 365d, in d, h, m, s, or off"),
                arguments(
                        "store: { directory: \"\" }",
                        "1:21: store.directory: \"\" is not a path; the path of a directory"),
                arguments(
                        "sessions: { sleep-buffer: { octets: 1 } }",
                        "1:29: sessions.sleep-buffer.octets: unknown key; allowed here: messages, bytes, overflow, qos-0"));
    }

    @ParameterizedTest
    @MethodSource("wrongValues")
    void shouldNameWhatIsWrongAndWhatIsAllowed(String yaml, String problem) throws IOException {
        Files.writeString(directory.resolve("psk.txt"), "pump-7: 00");
        assertThat(problems(yaml)).containsExactly(problem);
    }

    static Stream<Arguments> badSyntax() {
        return Stream.of(
                arguments(
                        "gateway: [",
                        "1:11: (file): while parsing a flow node, expected the node content,"
                                + " but found '<stream end>'; valid YAML"),
                arguments(
                        "gateway:\n\tid: 1",
                        "2:1: (file): while scanning for the next token, found character '\\t(TAB)' that cannot start any token."
                                + " (Do not use \\t(TAB) for indentation); valid YAML"),
                arguments(
                        "a: 1\n---\nb: 2",
                        "2:1: (file): expected a single document in the stream,"
                                + " but found another document; valid YAML"),
                arguments(
                        "gateway:\n  id: 1\n name: x",
                        "3:2: (file): while parsing a block mapping,"
                                + " expected <block end>, but found '<block mapping start>'; valid YAML"),
                arguments("gateway:\n  name: \u0007", "2:9: (file): a control character; printable text in UTF-8"),
                arguments("[".repeat(100_000), "1:33: (file): nested too deeply; at most 32 levels"),
                arguments(
                        "gateway: &g { id: 1 }\nsessions: *g",
                        "2:11: (file): alias *g; the value itself, in quotes if it begins with *"),
                arguments(
                        "gateway: { name: !env NAME }",
                        "1:18: (file): tag !env; the value itself, in quotes if it begins with !"),
                arguments(
                        "gateway: !!map {}",
                        "1:10: (file): tag tag:yaml.org,2002:map; the value itself, in quotes if it begins with !"),
                arguments("gateway: { <<: { id: 1 } }", "1:12: (file): merge key <<; the keys themselves"));
    }

    @ParameterizedTest
    @MethodSource("badSyntax")
    void shouldRefuseWhatIsNotPlainYaml(String yaml, String problem) throws IOException {
        assertThat(problems(yaml)).containsExactly(problem);
    }

    @Test
    void shouldSayWhereFileIsNotUtf8() throws IOException {
        byte[] latin1 = "gateway:\n  name: M\u00fcnchen\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(problems(latin1))
                .containsExactly("2:10: (file): is not UTF-8 from here on; printable text in UTF-8");
    }

    @Test
    void shouldSayWhereFileEndsWithinCharacter() throws IOException {
        assertThat(problems(new byte[] {'#', ' ', (byte) 0xC3}))
                .containsExactly("1:3: (file): is not UTF-8 from here on; printable text in UTF-8");
    }

    @Test
    void shouldRefuseFileThatIsTooLong() throws IOException {
        assertThat(problems("#".repeat((1 << 20) + 1)))
                .containsExactly("1:1: (file): is longer than 1048576 octets; a YAML file of at most 1 MiB");
    }

    @Test
    void shouldReportFileThatIsMissingOrNoFile() {
        assertThat(problemsOf(directory.resolve("none.yaml")))
                .containsExactly(
                        directory.resolve("none.yaml") + ":1:1: (file): does not exist; a YAML file of at most 1 MiB");
        assertThat(problemsOf(directory))
                .containsExactly(directory + ":1:1: (file): is a directory; a YAML file of at most 1 MiB");
    }

    @Test
    void shouldReportSecretFilesThatCannotBeUsed() throws IOException {
        String allowed = "; a file of 1 to 65535 octets that the gateway may read";
        Files.createFile(directory.resolve("empty"));
        Files.createDirectory(directory.resolve("dir"));
        Files.writeString(directory.resolve("long"), "x".repeat(65_536));

        assertThat(problems("upstream: { password-file: none }"))
                .containsExactly("1:28: upstream.password-file: \"none\" does not exist" + allowed);
        assertThat(problems("upstream: { password-file: empty }"))
                .containsExactly("1:28: upstream.password-file: \"empty\" is empty" + allowed);
        assertThat(problems("upstream: { password-file: dir }"))
                .containsExactly("1:28: upstream.password-file: \"dir\" is a directory" + allowed);
        assertThat(problems("upstream: { password-file: long }"))
                .containsExactly("1:28: upstream.password-file: \"long\" is longer than 65535 octets" + allowed);
        assertThat(problems("upstream: { password-file: \"a\\0b\" }"))
                .containsExactly("1:28: upstream.password-file: \"a b\" is not a path" + allowed);
    }

    @Test
    void shouldReadAbsoluteSecretFile(@TempDir Path elsewhere) throws Exception {
        Path password = Files.writeString(elsewhere.resolve("password"), "x");

        assertThat(read("upstream: { password-file: '" + password + "' }")
                        .upstream()
                        .passwordFile())
                .isEqualTo(password);
    }

    @Test
    void shouldNotShowPasswordInServerAddress() throws IOException {
        assertThat(problems("upstream: { servers: ['mqtt://user:hunter2@h'] }"))
                .containsExactly("1:23: upstream.servers[0]: has a user name in it, which belongs into username and"
                        + " password-file; " + SERVER_FORM);
    }

    @Test
    void shouldSayWhichFileIsOfNoUseForTls() throws Exception {
        X509Bundle one = new CertificateBuilder()
                .subject("CN=one")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle other = new CertificateBuilder()
                .subject("CN=other")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("one.pem"), one.getCertificatePEM());
        Files.writeString(directory.resolve("one.key"), one.getPrivateKeyPEM());
        Files.writeString(directory.resolve("other.key"), other.getPrivateKeyPEM());
        Files.writeString(directory.resolve("text.pem"), "hello");

        assertThat(problems("upstream: { tls: { ca: text.pem, certificate: one.key, key: one.pem } }"))
                .containsExactly(
                        "1:24: upstream.tls.ca: \"text.pem\" is not PEM: it has no lines -----BEGIN ...----- and"
                                + " -----END ...-----; a PEM file that holds certificates",
                        "1:47: upstream.tls.certificate: \"one.key\" holds no certificate"
                                + " (-----BEGIN CERTIFICATE-----); a PEM file that holds a certificate",
                        "1:61: upstream.tls.key: \"one.pem\" holds no private key (-----BEGIN PRIVATE KEY-----);"
                                + " a PEM file that holds a private key that is not encrypted");
        assertThat(problems("upstream: { tls: { certificate: one.pem, key: other.key } }"))
                .containsExactly("1:47: upstream.tls.key: is not the key of the certificate;"
                        + " the private key of certificate");
        assertThat(read("upstream: { tls: { certificate: one.pem, key: one.key } }")
                        .upstream()
                        .tls()
                        .key())
                .isEqualTo(directory.resolve("one.key"));
        assertThat(problems("upstream: { tls: { key: one.key } }"))
                .containsExactly("1:25: upstream.tls.key: has no certificate; certificate and key, or neither");
    }

    @Test
    void shouldReportProblemsOfTheCredentialsFileWithItsOwnLines() throws IOException {
        Path devices = Files.writeString(directory.resolve("devices.yaml"), """
                pump-1: { username: p1, password: hunter2 }
                pump-2: { usrname: p2 }
                pump-3: { password: hunter2, password-file: none }
                pump-3: {}
                """);

        InvalidConfigException invalid = catchThrowableOfType(
                InvalidConfigException.class, () -> read("upstream: { device: { credentials-file: devices.yaml } }"));

        assertThat(invalid.problems())
                .extracting(ConfigProblem::toString)
                .containsExactly(
                        devices + ":2:11: pump-2.usrname: unknown key; did you mean username? allowed here: username,"
                                + " password, password-file, certificate, key",
                        devices + ":3:45: pump-3.password-file: \"none\" does not exist; a file of 1 to 65535 octets"
                                + " that the gateway may read",
                        devices + ":3:45: pump-3.password-file: stands beside password; one of the two",
                        devices + ":4:1: pump-3: is there twice; each one once");
    }

    @Test
    void shouldNotShowPasswordsOfDevices() throws Exception {
        Path devices = Files.writeString(
                directory.resolve("devices.yaml"), "pump-1: { username: p1, password: hunter2 }\n17: { password: '' }");
        InvalidConfigException invalid =
                catchThrowableOfType(InvalidConfigException.class, () -> DeviceCredentials.readAll(devices));
        assertThat(invalid.problems()).singleElement().asString().contains("2:17: 17.password: is empty or too long");

        Files.writeString(devices, "pump-1: { username: p1, password: hunter2 }\n");

        assertThat(DeviceCredentials.readAll(devices).get("pump-1"))
                .isEqualTo(new DeviceCredentials("p1", "hunter2", null, null, null))
                .asString()
                .doesNotContain("hunter2");
    }

    @Test
    void shouldReportEveryProblemAtOnceInOrderOfFile() throws IOException {
        assertThat(problems("""
                        stor: {}
                        upstream:
                          password-file: none
                          keep-alive: 10
                          servers: [tcp://a.b, mqtt://b:x]
                        gateway: { id: 256, nam: edge }
                        listeners:
                          - { type: udp, bind: "0.0.0.0:1" }
                          - { type: udp, bind: "0.0.0.0:1", max-frame: 2KB }
                        """))
                .extracting(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1)))
                .containsExactly(
                        "1:1: stor:",
                        "3:18: upstream.password-file:",
                        "4:15: upstream.keep-alive:",
                        "5:13: upstream.servers[0]:",
                        "5:24: upstream.servers[1]:",
                        "6:16: gateway.id:",
                        "6:21: gateway.nam:",
                        "9:24: listeners[1].bind:",
                        "9:48: listeners[1].max-frame:");
    }

    @Test
    void shouldNotDrawConclusionsFromValuesThatAreWrong() throws IOException {
        assertThat(problems("listeners: [{ type: udp, bind: x }, { type: udp, bind: '0.0.0.0:1884' }]"))
                .hasSize(1);
        assertThat(problems("upstream: { reconnect-min: 10m, reconnect-max: x }"))
                .hasSize(1);
    }

    private static InetSocketAddress address(String literal, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getAllByName(literal)[0], port);
    }

    private GatewayConfig read(String yaml) throws IOException, InvalidConfigException {
        return ConfigReader.read(Files.writeString(directory.resolve("gw.yaml"), yaml));
    }

    private List<String> problems(String yaml) throws IOException {
        return problems(yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** The lines without the file's name. */
    private List<String> problems(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("gw.yaml"), content);
        String name = file + ":";
        return problemsOf(file).stream()
                .map(line -> {
                    assertThat(line).startsWith(name);
                    return line.substring(name.length());
                })
                .toList();
    }

    private static List<String> problemsOf(Path file) {
        InvalidConfigException invalid =
                catchThrowableOfType(InvalidConfigException.class, () -> ConfigReader.read(file));
        assertThat(invalid).as("problems of %s", file).isNotNull();
        List<String> lines =
                invalid.problems().stream().map(ConfigProblem::toString).toList();
        assertThat(invalid).hasMessage(String.join("\n", lines));
        return lines;
    }
}
