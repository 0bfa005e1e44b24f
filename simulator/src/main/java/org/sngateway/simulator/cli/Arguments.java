// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.run.Rate;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The written forms of option values. Each error says what is wrong and gives an example. */
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern HOST_PORT = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]\\s/]+)):(\\d{1,5})");
    private static final int MQTT_PORT = 1883;

    private Arguments() {}

    static void register(CommandLine commandLine) {
        commandLine
                .registerConverter(Duration.class, Arguments::duration)
                .registerConverter(Rate.class, Arguments::rate)
                .registerConverter(Qos.class, Arguments::qos);
    }

    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("\"" + text + "\" is not a duration; examples: 500ms, 15s, 2m, 1h");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    static Rate rate(String text) {
        try {
            return Rate.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    static Qos qos(String text) {
        return switch (text) {
            case "0" -> Qos.AT_MOST_ONCE;
            case "1" -> Qos.AT_LEAST_ONCE;
            case "2" -> Qos.EXACTLY_ONCE;
            default -> throw new TypeConversionException("\"" + text + "\" is not a QoS; allowed: 0, 1, 2");
        };
    }

    /** HOST:PORT or [IPv6]:PORT; unresolved. */
    static InetSocketAddress hostPort(String text) {
        Matcher matcher = HOST_PORT.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("\"" + text + "\" is not HOST:PORT; example: 127.0.0.1:1884");
        }
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return InetSocketAddress.createUnresolved(host, port(Integer.parseInt(matcher.group(3))));
    }

    /** mqtt://HOST or mqtt://HOST:PORT; unresolved. */
    static InetSocketAddress broker(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw notBroker(text);
        }
        boolean hasMore = uri.getUserInfo() != null
                || !(uri.getPath() == null || uri.getPath().isEmpty());
        if (!"mqtt".equals(uri.getScheme()) || uri.getHost() == null || hasMore) {
            throw notBroker(text);
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        return InetSocketAddress.createUnresolved(host, port(uri.getPort() == -1 ? MQTT_PORT : uri.getPort()));
    }

    private static TypeConversionException notBroker(String text) {
        return new TypeConversionException("\"" + text + "\" is not mqtt://HOST:PORT; example: mqtt://127.0.0.1:1883");
    }

    private static int port(int port) {
        if (port < 1 || port > 65535) {
            throw new TypeConversionException(port + " is not a port; allowed: 1..65535");
        }
        return port;
    }
}
