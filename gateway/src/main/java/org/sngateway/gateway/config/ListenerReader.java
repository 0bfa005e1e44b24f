// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.size;
import static org.sngateway.gateway.config.ScalarTypes.socketAddress;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.listOf;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code listeners}; the keys are described in {@link ListenerConfig}. */
final class ListenerReader {
    private static final Scalar<String> TYPE = oneOf(List.of("udp"), List.of("dtls", "serial"));
    private static final InetSocketAddress DEFAULT_BIND = socketAddress().of("0.0.0.0:1884");

    private final Set<InetSocketAddress> taken = new HashSet<>();

    private ListenerReader() {}

    static List<ListenerConfig> readAll(Section in, String key) {
        ListenerReader reader = new ListenerReader();
        return in.value(key, listOf(section(reader::read)), List.of(udp(Section.empty())));
    }

    private @Nullable ListenerConfig read(Section in) {
        if (in.required("type", TYPE) == null) {
            in.ignoreOtherKeys();
            return null;
        }
        ListenerConfig.Udp udp = udp(in);
        if (udp.bind().getPort() != 0 && in.isSound("bind") && !taken.add(udp.bind())) {
            in.problem("bind", "another listener has this address", "each address once");
        }
        return udp;
    }

    private static ListenerConfig.Udp udp(Section in) {
        return new ListenerConfig.Udp(
                in.value("bind", socketAddress(), DEFAULT_BIND),
                in.value("receive-buffer", size("64KiB", "256MiB"), 4 << 20),
                in.value("max-frame", size("64", "65507"), 2048));
    }
}
