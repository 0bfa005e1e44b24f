// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.Map;

/**
 * What one client may take of the HTTP server. The server of the JDK is told by system properties, once, before it is used first; one
 * that is set on the command line stays as it is.
 */
final class ServerLimits {
    static final int MAX_CONNECTIONS = 32;

    private static final Map<String, String> LIMITS = Map.of(
            // Seconds for a request to arrive and for its answer to be taken; then the connection is closed and its
            // thread free.
            "sun.net.httpserver.maxReqTime", "5",
            "sun.net.httpserver.maxRspTime", "10",
            // Seconds that a connection may be idle, and how many of them may be.
            "sun.net.httpserver.idleInterval", "30",
            "sun.net.httpserver.maxIdleConnections", "16",
            "jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS),
            // The request line and the headers together, in octets.
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.maxReqHeaders", "64",
            // What is read of a body that nobody asked for before the connection is closed instead.
            "sun.net.httpserver.drainAmount", "1024");

    private ServerLimits() {}

    static void apply() {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
