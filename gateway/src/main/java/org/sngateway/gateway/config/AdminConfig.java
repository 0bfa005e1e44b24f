// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.socketAddress;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code admin}: where operators see how the gateway is doing.
 *
 * @param bind local address and port of the HTTP server, port 0 for any free one; null for none
 */
public record AdminConfig(@Nullable InetSocketAddress bind) {
    private static final Optional<InetSocketAddress> DEFAULT_BIND =
            Optional.of(socketAddress().of("127.0.0.1:8084"));

    static AdminConfig read(Section in) {
        return new AdminConfig(
                in.value("bind", orOff(socketAddress()), DEFAULT_BIND).orElse(null));
    }
}
