// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.pemFile;
import static org.sngateway.gateway.config.ScalarTypes.rate;
import static org.sngateway.gateway.config.ScalarTypes.size;
import static org.sngateway.gateway.config.ScalarTypes.socketAddress;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.listOf;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.tls.Pem;

/** Reads {@code listeners}; the keys are described in {@link ListenerConfig}. */
final class ListenerReader {
    private static final Scalar<String> TYPE = oneOf(List.of("udp", "dtls"), List.of("serial"));
    private static final InetSocketAddress DEFAULT_BIND = socketAddress().of("0.0.0.0:1884");
    private static final InetSocketAddress DEFAULT_DTLS_BIND = socketAddress().of("0.0.0.0:8884");
    private static final Scalar<String> CLIENT_CERTIFICATES = oneOf(List.of("required", "optional"), List.of());

    private final Set<InetSocketAddress> taken = new HashSet<>();

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
        ListenerConfig.Udp udp = udp(in);
        claim(in, udp.bind());
        return udp;
    }

    private void claim(Section in, InetSocketAddress bind) {
        if (bind.getPort() != 0 && in.isSound("bind") && !taken.add(bind)) {
            in.problem("bind", "another listener has this address", "each address once");
        }
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
                in.value("handshake-rate", orOff(rate(1, 100_000)), Optional.of(50)).orElse(0));
        requireCredentials(in, dtls);
        return dtls;
    }

    private static void requireCredentials(Section in, ListenerConfig.Dtls dtls) {
        TlsConfig.requireTogether(in, dtls.certificate(), dtls.key());
        if (!in.has("psk-file") && !in.has("certificate")) {
            in.problem("psk-file", "is missing, and so is certificate", "psk-file, or certificate and key, or all three");
        }
        if (in.has("ca") && !in.has("certificate")) {
            in.problem("ca", "stands without certificate", "ca beside certificate and key");
        }
        if (in.has("client-certificates") && !in.has("ca")) {
            in.problem("client-certificates", "stands without ca", "client-certificates beside ca");
        }
    }
}
