// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Which Host headers are answered. A server on a loopback address answers only to names of loopback, whatever the port: otherwise a web
 * page could read it through the browser of somebody at this machine, by letting its own name point to 127.0.0.1 (DNS rebinding). A
 * server that was bound to another address is meant to be reached under names that the gateway cannot know, so there any is answered.
 */
final class HostRule {
    private final boolean loopbackOnly;

    HostRule(InetAddress bound) {
        loopbackOnly = bound.isLoopbackAddress();
    }

    /** @param host HOST, HOST:PORT, [IPV6] or [IPV6]:PORT */
    boolean admits(String host) {
        return !loopbackOnly || isLoopback(withoutPort(host));
    }

    private static String withoutPort(String host) {
        int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
        return end > 0 ? host.substring(0, end) : host;
    }

    private static boolean isLoopback(String name) {
        if (name.toLowerCase(Locale.ROOT).equals("localhost")) {
            return true;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
