// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

/**
 * A broker's address, written {@code mqtt://HOST[:PORT]}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1..65535
 */
public record ServerAddress(String host, int port) {
    /** As it is written in the configuration. */
    @Override
    public String toString() {
        return "mqtt://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
