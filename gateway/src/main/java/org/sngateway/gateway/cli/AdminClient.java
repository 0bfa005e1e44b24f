// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Asks a running gateway over its admin port. */
final class AdminClient {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 10_000;
    private static final int MAX_ANSWER_OCTETS = 16 << 20;

    private final String base;
    private final @Nullable String token;

    /**
     * @param bind where the gateway serves its admin pages, as configured: every address stands for the loopback address
     * @param token null to ask without one
     */
    AdminClient(InetSocketAddress bind, @Nullable String token) {
        InetAddress host = bind.getAddress();
        this.base = "http://"
                + NetUtil.toSocketAddressString(
                        host.isAnyLocalAddress()
                                ? new InetSocketAddress(
                                        host.getAddress().length == 4 ? NetUtil.LOCALHOST4 : NetUtil.LOCALHOST6,
                                        bind.getPort())
                                : bind);
        this.token = token;
    }

    /** Where the gateway is, for a person. */
    String base() {
        return base;
    }

    /** An IP address and a port, from their text; empty when it is none. */
    static Optional<InetSocketAddress> address(String text) {
        int colon = text.lastIndexOf(':');
        byte @Nullable [] host = NetUtil.createByteArrayFromIpAddressString(text.substring(0, Math.max(0, colon)));
        try {
            return host == null
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(
                            InetAddress.getByAddress(host), Integer.parseInt(text.substring(colon + 1))));
        } catch (UnknownHostException | IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    /**
     * The body of an answer.
     *
     * @param parameters of the query
     * @throws IOException when there is none, or it says that this cannot be done; the message is for a person
     */
    String get(String path, Map<String, String> parameters) throws IOException {
        String query = parameters.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(base + path + (query.isEmpty() ? "" : "?" + query))
                        .toURL()
                        .openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        try {
            int status = connection.getResponseCode();
            if (status == HttpURLConnection.HTTP_OK) {
                return read(connection.getInputStream());
            }
            throw new IOException("the gateway at " + base + " refuses, with status " + status + ": "
                    + reason(read(connection.getErrorStream())));
        } catch (ConnectException | SocketTimeoutException e) {
            throw new IOException("no gateway answers at " + base + " (admin.bind): is it running?", e);
        }
    }

    /** What stands in <code>{"error": "..."}</code>. */
    private static String reason(String body) {
        try {
            return new Load(LoadSettings.builder().build()).loadFromString(body) instanceof Map<?, ?> answer
                            && answer.get("error") instanceof String error
                    ? error
                    : body.strip();
        } catch (YamlEngineException notJson) {
            return body.strip();
        }
    }

    private static String read(@Nullable InputStream body) throws IOException {
        if (body == null) {
            return "";
        }
        try (body) {
            return new String(body.readNBytes(MAX_ANSWER_OCTETS), StandardCharsets.UTF_8);
        }
    }
}
