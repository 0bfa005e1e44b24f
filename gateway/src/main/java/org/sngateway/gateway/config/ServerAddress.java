// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A broker's address, written {@code SCHEME://HOST[:PORT][/PATH]}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1..65535
 * @param path the path of a WebSocket, beginning with a slash; empty for the other schemes
 */
public record ServerAddress(Scheme scheme, String host, int port, String path) {
    /** What is spoken below MQTT. */
    public enum Scheme {
        MQTT(1883),
        MQTTS(8883),
        WS(80),
        WSS(443);

        private final int defaultPort;

        Scheme(int defaultPort) {
            this.defaultPort = defaultPort;
        }

        int defaultPort() {
            return defaultPort;
        }

        /** Whether TLS is. */
        public boolean isTls() {
            return this == MQTTS || this == WSS;
        }

        /** Whether MQTT is in the frames of a WebSocket. */
        public boolean isWebSocket() {
            return this == WS || this == WSS;
        }

        static Optional<Scheme> of(String text) {
            return Arrays.stream(values())
                    .filter(scheme -> scheme.toString().equals(text))
                    .findFirst();
        }

        /** As it is written in the configuration. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The path that brokers listen on. */
    static final String DEFAULT_PATH = "/mqtt";

    /** An address of plain MQTT. */
    public ServerAddress(String host, int port) {
        this(Scheme.MQTT, host, port, "");
    }

    /** The one record that is hashed at every start: Java would make some forty classes to do it, once for all such records. */
    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** As it is written in the configuration. */
    @Override
    public String toString() {
        return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + path;
    }
}
