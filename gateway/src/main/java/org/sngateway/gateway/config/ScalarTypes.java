// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.Scalar.BadValueException;
import org.sngateway.gateway.config.ServerAddress.Scheme;
import org.sngateway.gateway.tls.PemException;

/** The types of single values that the configuration knows. */
final class ScalarTypes {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[(?<ipv6>[^\\[\\]]+)]|(?<host>[^:\\[\\]]+))(:(?<port>[0-9]{1,9}))?");
    private static final Pattern SERVER =
            Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?<authority>[^/]*)(?<path>/.*)?");
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~!$&'()*+,;=:@-]*)+");
    private static final int MAX_PORT = 65_535;

    private ScalarTypes() {}

    /** A decimal number, {@code min..max}. */
    static Scalar<Integer> integer(int min, int max) {
        return new Scalar<>("a whole number from " + min + " to " + max, text -> {
            if (!INTEGER.matcher(text).matches()) {
                throw BadValueException.of(text, "is not a whole number");
            }
            return (int) inRange(text, text.length() > 18 ? Long.MIN_VALUE : Long.parseLong(text), min, max);
        });
    }

    /** A duration with its unit; without a fraction of a second unless {@code min} has one. */
    static Scalar<Duration> duration(String min, String max) {
        Quantity quantity = min.endsWith("ms") ? Quantity.DURATION_IN_MILLIS : Quantity.DURATION_IN_SECONDS;
        Scalar<Long> millis = quantity(quantity, min, max);
        return new Scalar<>(
                millis.allowed(), text -> Duration.ofMillis(millis.parser().parse(text)));
    }

    /** A value, or {@code off} for none. */
    static <T> Scalar<Optional<T>> orOff(Scalar<T> type) {
        return new Scalar<>(
                type.allowed() + ", or off",
                text -> text.equals("off")
                        ? Optional.empty()
                        : Optional.of(type.parser().parse(text)));
    }

    /** A number of octets, with or without a unit. */
    static Scalar<Integer> size(String min, String max) {
        Scalar<Long> octets = quantity(Quantity.SIZE, min, max);
        return new Scalar<>(
                octets.allowed(), text -> Math.toIntExact(octets.parser().parse(text)));
    }

    /** A number of octets on a disk, with or without a unit. */
    static Scalar<Long> largeSize(String min, String max) {
        return quantity(Quantity.LARGE_SIZE, min, max);
    }

    private static Scalar<Long> quantity(Quantity quantity, String min, String max) {
        long least = quantity.of(min);
        long most = quantity.of(max);
        return new Scalar<>(
                "a " + quantity.name() + " from " + min + " to " + max + ", in " + quantity.units(),
                text -> inRange(text, quantity.parse(text), least, most));
    }

    private static long inRange(String text, long number, long min, long max) throws BadValueException {
        if (number < min || number > max) {
            throw BadValueException.of(text, "is out of range");
        }
        return number;
    }

    /** Any text that {@code isAllowed}, which {@code allowed} describes. */
    static Scalar<String> text(String allowed, Predicate<String> isAllowed) {
        return new Scalar<>(allowed, text -> {
            if (!isAllowed.test(text)) {
                throw BadValueException.of(text, "is not allowed");
            }
            return text;
        });
    }

    static Scalar<Boolean> bool() {
        return new Scalar<>("true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw BadValueException.of(text, "is neither");
        });
    }

    /** One of the {@code choices}; {@code unsupported} are by design, but not in this version. */
    static Scalar<String> oneOf(List<String> choices, List<String> unsupported) {
        return new Scalar<>(String.join(" or ", choices), text -> {
            if (unsupported.contains(text)) {
                throw BadValueException.of(text, "is not supported by this version");
            }
            if (!choices.contains(text)) {
                throw BadValueException.of(text, "is not known");
            }
            return text;
        });
    }

    /** A local IP address and a port, 0 included. Names are not allowed: what a gateway binds must not depend on a look-up. */
    static Scalar<InetSocketAddress> socketAddress() {
        String allowed = "IPV4:PORT or [IPV6]:PORT in quotes, such as \"0.0.0.0:1884\" (port 0 for any free one)";
        return new Scalar<>(allowed, text -> socketAddress(text, 0));
    }

    /** A multicast group and a port. */
    static Scalar<InetSocketAddress> multicastAddress() {
        String allowed = "IPV4:PORT or [IPV6]:PORT of a multicast group in quotes, such as \"225.1.1.1:1883\"";
        return new Scalar<>(allowed, text -> {
            if (text.indexOf('%') >= 0) {
                throw BadValueException.of(text, "names an interface, which belongs into interfaces");
            }
            InetSocketAddress address = socketAddress(text, 1);
            if (!address.getAddress().isMulticastAddress()) {
                throw BadValueException.of(text, "is not a multicast address");
            }
            return address;
        });
    }

    private static InetSocketAddress socketAddress(String text, int minPort) throws BadValueException {
        Matcher parts = HOST_AND_PORT.matcher(text);
        if (!parts.matches()) {
            throw BadValueException.of(text, "is not an address with a port");
        }
        if (parts.group("port") == null) {
            throw BadValueException.of(text, "has no port");
        }
        return new InetSocketAddress(ipAddress(parts), port(parts, text, minPort));
    }

    private static InetAddress ipAddress(Matcher parts) throws BadValueException {
        String ipv6 = parts.group("ipv6");
        String literal = ipv6 != null ? ipv6 : String.valueOf(parts.group("host"));
        if (ipv6 != null ? !NetUtil.isValidIpV6Address(literal) : !NetUtil.isValidIpV4Address(literal)) {
            throw BadValueException.of(literal, "is not an IP address");
        }
        try {
            return InetAddress.getAllByName(literal)[0]; // a literal is not looked up
        } catch (UnknownHostException e) { // IPv6 with the zone of an interface that is not there
            throw BadValueException.of(literal, "is not an address of this machine");
        }
    }

    /** {@code SCHEME://HOST[:PORT][/PATH]}. */
    static Scalar<ServerAddress> server() {
        String allowed =
                "mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], with an IPv6 address in brackets; with ws and wss then"
                        + " [/PATH]";
        return new Scalar<>(allowed, text -> {
            if (text.indexOf('@') >= 0) { // not shown: it may hold a password
                throw new BadValueException("has a user name in it, which belongs into username and password-file");
            }
            Matcher server = SERVER.matcher(text);
            if (!server.matches()) {
                throw BadValueException.of(text, "is not a server address");
            }
            Scheme scheme = Scheme.of(String.valueOf(server.group("scheme")))
                    .orElseThrow(() -> BadValueException.of(text, "has an unknown scheme"));
            Matcher parts = HOST_AND_PORT.matcher(String.valueOf(server.group("authority")));
            if (!parts.matches()) {
                throw BadValueException.of(text, "is not a server address");
            }
            String host = host(parts);
            int port = parts.group("port") == null ? scheme.defaultPort() : port(parts, text, 1);
            return new ServerAddress(scheme, host, port, path(scheme, server.group("path"), text));
        });
    }

    private static String path(Scheme scheme, @Nullable String path, String text) throws BadValueException {
        if (!scheme.isWebSocket()) {
            if (path != null) {
                throw BadValueException.of(text, "has a path, which only ws and wss have");
            }
            return "";
        }
        if (path != null && !PATH.matcher(path).matches()) {
            throw BadValueException.of(text, "has a path with characters that do not belong there");
        }
        return path == null ? ServerAddress.DEFAULT_PATH : path;
    }

    private static String host(Matcher parts) throws BadValueException {
        String ipv6 = parts.group("ipv6");
        String host = ipv6 != null ? ipv6 : String.valueOf(parts.group("host"));
        if (ipv6 != null
                ? !NetUtil.isValidIpV6Address(host)
                : !HOST_NAME.matcher(host).matches()) {
            throw BadValueException.of(host, "is not a host name or address");
        }
        return host;
    }

    private static int port(Matcher parts, String text, int min) throws BadValueException {
        String port = parts.group("port");
        int number = Integer.parseInt(String.valueOf(port));
        if (number < min || number > MAX_PORT) {
            throw BadValueException.of(text, "has no port from " + min + " to " + MAX_PORT);
        }
        return number;
    }

    /** The path of {@code what}, which need not exist; a relative one begins at the directory of the configuration file. */
    static ValueType<Path> path(String what) {
        return value -> new Scalar<>("the path of " + what, text -> {
                    try {
                        if (text.isEmpty() || !isPrintable(text)) {
                            throw BadValueException.of(text, "is not a path");
                        }
                        return value.source().resolve(text);
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    }
                })
                .read(value);
    }

    /** A file that holds a secret: it is read, to see that it can be, and forgotten. */
    static ValueType<Path> secretFile(int maxOctets) {
        String allowed = "a file of 1 to " + maxOctets + " octets that the gateway may read";
        return value -> new Scalar<>(allowed, text -> {
                    try {
                        Path file = value.source().resolve(text);
                        if (FileContent.read(file, maxOctets).length == 0) {
                            throw BadValueException.of(text, "is empty");
                        }
                        return file;
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    } catch (FileContent.UnusableException e) {
                        throw BadValueException.of(text, e.wrong());
                    }
                })
                .read(value);
    }

    /** A file that {@code check} can use; it says what is wrong otherwise, as the end of a sentence about the file. */
    static ValueType<Path> pemFile(String holds, PemCheck check) {
        return value -> new Scalar<>("a PEM file that holds " + holds, text -> {
                    try {
                        Path file = value.source().resolve(text);
                        check.read(file);
                        return file;
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    } catch (PemException e) {
                        throw BadValueException.of(text, e.wrong());
                    }
                })
                .read(value);
    }

    /** Reads a file to see whether it can be used. */
    @FunctionalInterface
    interface PemCheck {
        void read(Path file) throws PemException;
    }

    /** A path in which {@code %c} stands for a device's client id. */
    static ValueType<FileTemplate> fileTemplate() {
        return value -> new Scalar<>(
                        "a file, where %c stands for the device's client id",
                        text -> {
                            try {
                                if (text.isEmpty()) {
                                    throw BadValueException.of(text, "is empty");
                                }
                                return new FileTemplate(
                                        value.source().resolve(text).toString());
                            } catch (InvalidPathException e) {
                                throw BadValueException.of(text, "is not a path");
                            }
                        })
                .read(value);
    }

    /** So many in a second, {@code 200/s}. */
    static Scalar<Integer> rate(int min, int max) {
        Scalar<Integer> number = integer(min, max);
        return new Scalar<>("a rate from " + min + "/s to " + max + "/s", text -> {
            if (!text.endsWith("/s")) {
                throw BadValueException.of(text, "is not a rate");
            }
            return number.parser().parse(text.substring(0, text.length() - 2));
        });
    }

    /** Whether {@code text} is free of control characters and of lone surrogates, and so can be sent as UTF-8 and shown. */
    static boolean isPrintable(String text) {
        return text.codePoints()
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }
}
