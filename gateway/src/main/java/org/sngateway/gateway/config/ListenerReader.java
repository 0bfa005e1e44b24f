// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.isPrintable;
import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.pemFile;
import static org.sngateway.gateway.config.ScalarTypes.rate;
import static org.sngateway.gateway.config.ScalarTypes.size;
import static org.sngateway.gateway.config.ScalarTypes.socketAddress;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.listOf;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.tls.Pem;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.LineSettings.FlowControl;
import org.sngateway.transport.serial.LineSettings.Parity;
import org.sngateway.transport.serial.framing.Framing;

/** Reads {@code listeners}; the keys are described in {@link ListenerConfig}. */
final class ListenerReader {
    private static final Scalar<String> TYPE = oneOf(List.of("udp", "dtls", "serial"), List.of());
    private static final InetSocketAddress DEFAULT_BIND = socketAddress().of("0.0.0.0:1884");
    private static final InetSocketAddress DEFAULT_DTLS_BIND = socketAddress().of("0.0.0.0:8884");
    private static final Scalar<String> CLIENT_CERTIFICATES = oneOf(List.of("required", "optional"), List.of());

    private static final Scalar<String> PORT =
            text("the name of a serial port, such as /dev/ttyUSB0", name -> !name.isEmpty() && isPrintable(name));
    private static final Scalar<String> FRAMING = oneOf(Framing.labels(), List.of());
    private static final int DEFAULT_BAUD = 115_200;
    private static final int DEFAULT_MAX_FRAME = 255;
    /** What MQTT-SN 1.2 §7.4 says of ZigBee. */
    private static final int XBEE_DEFAULT_MAX_FRAME = 60;

    private static final int XBEE_MAX_FRAME = 255;

    private final Set<InetSocketAddress> taken = new HashSet<>();
    private final Set<String> takenPorts = new HashSet<>();

    private ListenerReader() {}

    static List<ListenerConfig> readAll(Section in, String key) {
        ListenerReader reader = new ListenerReader();
        return in.value(key, listOf(section(reader::read)), List.of(udp(Section.empty())));
    }

    private @Nullable ListenerConfig read(Section in) {
        String type = in.required("type", TYPE);
        if (type == null) {
            in.ignoreOtherKeys();
            return null;
        }
        if (type.equals("dtls")) {
            ListenerConfig.Dtls dtls = dtls(in);
            claim(in, dtls.bind());
            return dtls;
        }
        if (type.equals("serial")) {
            return serial(in);
        }
        ListenerConfig.Udp udp = udp(in);
        claim(in, udp.bind());
        return udp;
    }

    private void claim(Section in, InetSocketAddress bind) {
        if (bind.getPort() != 0 && in.isSound("bind") && !taken.add(bind)) {
            in.problem("bind", "another listener has this address", "each address once");
        }
    }

    private ListenerConfig.@Nullable Serial serial(Section in) {
        String port = in.required("port", PORT);
        Framing framing =
                Framing.of(in.value("framing", FRAMING, Framing.SLIP.label())).orElseThrow();
        FlowControl flowControl = constant(FlowControl.class, in, "flow-control", FlowControl.NONE);
        if (flowControl == FlowControl.XON_XOFF && framing != Framing.XBEE_API2 && in.isSound("framing")) {
            in.problem(
                    "flow-control",
                    "does not go with this framing, which sends 11 and 13 as data",
                    "xbee-api2 with it");
        }
        int maxFrame = in.value(
                "max-frame", size("32", "65000"), framing.isXbee() ? XBEE_DEFAULT_MAX_FRAME : DEFAULT_MAX_FRAME);
        if (framing.isXbee() && maxFrame > XBEE_MAX_FRAME) {
            in.problem("max-frame", "is more than an XBee module carries", "a size from 32 to " + XBEE_MAX_FRAME);
        }
        LineSettings line = new LineSettings(
                in.value("baud", integer(LineSettings.MIN_BAUD, LineSettings.MAX_BAUD), DEFAULT_BAUD),
                constant(Parity.class, in, "parity", Parity.NONE),
                in.value("stop-bits", integer(1, 2), 1),
                flowControl);
        int sendQueue = in.value("send-queue", size("1KiB", "1MiB"), 16 << 10);
        if (port == null) {
            return null;
        }
        if (!takenPorts.add(port)) {
            in.problem("port", "another listener has this port", "each port once");
        }
        return new ListenerConfig.Serial(port, line, framing, maxFrame, sendQueue);
    }

    /** One of the constants, written small and with hyphens. */
    private static <E extends Enum<E>> E constant(Class<E> type, Section in, String key, E defaultValue) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(ListenerReader::written)
                .toList();
        String name = in.value(key, oneOf(names, List.of()), written(defaultValue));
        return type.getEnumConstants()[names.indexOf(name)];
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ListenerConfig.Udp udp(Section in) {
        return new ListenerConfig.Udp(
                in.value("bind", socketAddress(), DEFAULT_BIND),
                in.value("receive-buffer", size("64KiB", "256MiB"), 4 << 20),
                in.value("max-frame", size("64", "65507"), 2048));
    }

    private static ListenerConfig.Dtls dtls(Section in) {
        ListenerConfig.Dtls dtls = new ListenerConfig.Dtls(
                in.value("bind", socketAddress(), DEFAULT_DTLS_BIND),
                in.value("receive-buffer", size("64KiB", "256MiB"), 4 << 20),
                in.value("max-frame", size("64", "16384"), 2048),
                in.optional("psk-file", PskFile.file()),
                in.optional("certificate", pemFile("a certificate", Pem::certificates)),
                in.optional("key", pemFile("a private key that is not encrypted", Pem::privateKey)),
                in.optional("ca", pemFile("certificates", Pem::certificates)),
                in.value("client-certificates", CLIENT_CERTIFICATES, "required").equals("required") && in.has("ca"),
                in.value("client-id", IdentityRule.type(), IdentityRule.ANY),
                in.value("connection-id", bool(), true),
                in.value("max-connections", integer(1, 1_000_000), 50_000),
                in.value("replace-idle", duration("1m", "365d"), Duration.ofDays(1)),
                in.value("max-handshakes", integer(1, 100_000), 1000),
                in.value("handshake-rate", orOff(rate(1, 100_000)), Optional.of(50))
                        .orElse(0));
        requireCredentials(in, dtls);
        return dtls;
    }

    private static void requireCredentials(Section in, ListenerConfig.Dtls dtls) {
        TlsConfig.requireTogether(in, dtls.certificate(), dtls.key());
        if (!in.has("psk-file") && !in.has("certificate")) {
            in.problem(
                    "psk-file", "is missing, and so is certificate", "psk-file, or certificate and key, or all three");
        }
        if (in.has("ca") && !in.has("certificate")) {
            in.problem("ca", "stands without certificate", "ca beside certificate and key");
        }
        if (in.has("client-certificates") && !in.has("ca")) {
            in.problem("client-certificates", "stands without ca", "client-certificates beside ca");
        }
    }
}
