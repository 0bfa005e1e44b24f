// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.text.MessageText;

/**
 * The HTTP server of the JDK, cut down: the paths of {@link Routes}, GET and HEAD without a body, and POST with the token.
 * {@link ServerLimits} bounds what a client may take of it.
 *
 * <p>That server reads and writes with a thread for each request, so there may be as many threads as connections: with fewer, as many
 * slow peers would keep everybody else waiting, and the time that a request waits for a thread counts against the request. Threads are made
 * when needed, which is one for a single Prometheus, and end when idle. No loop ever waits for any of it.
 */
final class AdminServer implements AutoCloseable {
    /** A connection may be accepted before the thread of one that was closed is free again. */
    private static final int MAX_THREADS = 2 * ServerLimits.MAX_CONNECTIONS;

    /** The JDK's server copies what it is given at once, so that a large page would be in memory for each reader. */
    private static final int CHUNK_OCTETS = 16 << 10;

    /** Of an action. */
    static final int MAX_BODY_OCTETS = 4096;

    /** Pages load what this server serves and nothing else, stand in no other page, and tell nobody where they are. */
    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Frame-Options",
            "DENY",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    private static final Pattern JSON_TYPE =
            Pattern.compile("application/json\\s*(;\\s*charset=\"?utf-8\"?)?", Pattern.CASE_INSENSITIVE);

    private static final int IDLE_SECONDS = 30;
    private static final int BACKLOG = 64;

    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

    private final HttpServer server;
    private final HostRule hosts;
    private final ThreadPoolExecutor threads;
    private boolean isStarted;

    private AdminServer(HttpServer server) {
        this.server = server;
        this.hosts = new HostRule(server.getAddress().getAddress());
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "admin-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Takes the address. Connections wait until the server is started.
     *
     * @throws IOException when it cannot be bound; the message names it
     */
    static AdminServer bind(InetSocketAddress address) throws IOException {
        ServerLimits.apply();
        try {
            return new AdminServer(HttpServer.create(address, BACKLOG));
        } catch (IOException failure) {
            throw new IOException("cannot bind " + name(address) + " (admin.bind): " + failure.getMessage(), failure);
        }
    }

    /** Serves the routes. Once. */
    void start(Routes routes, ActionGuard guard) {
        server.createContext("/", exchange -> {
            try (exchange) {
                send(exchange, answer(exchange, routes, guard));
            }
        });
        server.setExecutor(threads);
        server.start();
        isStarted = true;
    }

    /** Where it listens, such as {@code http://127.0.0.1:8084}. */
    String address() {
        return name(server.getAddress());
    }

    private static String name(InetSocketAddress address) {
        return "http://" + NetUtil.toSocketAddressString(address);
    }

    private Answer answer(HttpExchange exchange, Routes routes, ActionGuard guard) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        try {
            return answer(exchange, routes.find(path == null ? "" : path), guard);
        } catch (RefusedException refused) {
            // What else comes on this connection may be the body of what was refused.
            exchange.getResponseHeaders().set("Connection", "close");
            return refused.answer;
        }
    }

    private Answer answer(HttpExchange exchange, Routes.@Nullable Match match, ActionGuard guard)
            throws RefusedException, IOException {
        checkHost(exchange);
        boolean reads = exchange.getRequestMethod().equals("GET")
                || exchange.getRequestMethod().equals("HEAD");
        if (reads) {
            checkNoBody(exchange.getRequestHeaders());
        }
        if (match == null) {
            Answer unknown = Answer.text(404, "there is no such page");
            if (reads) {
                return unknown;
            }
            throw new RefusedException(unknown);
        }
        checkMethod(exchange, match.route());
        boolean authorised = isAuthorised(exchange, match.route(), guard);
        byte[] body = match.route().isAction() ? body(exchange) : new byte[0];
        return answer(exchange, match, new Request(id(match), query(exchange, match.route()), body, authorised), guard);
    }

    private static Answer answer(HttpExchange exchange, Routes.Match match, Request request, ActionGuard guard) {
        Routes.Route route = match.route();
        Answer answer;
        try {
            answer = route.resource().answer(request);
        } catch (RuntimeException failure) {
            log.atError().setCause(failure).addKeyValue("path", route.path()).log("an admin page failed");
            answer = Answer.text(500, "the page failed; the log says why");
        }
        if (route.isAction()) {
            guard.onTaken();
            log.atInfo()
                    .addKeyValue("action", route.path())
                    .addKeyValue("id", MessageText.ofText(request.id()))
                    .addKeyValue("from", exchange.getRemoteAddress())
                    .addKeyValue("status", answer.status())
                    .log("an action was asked for");
        }
        return answer;
    }

    /** A request is not passed on. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Answer answer;

        RefusedException(Answer answer) {
            super(null, null, false, false);
            this.answer = answer;
        }

        RefusedException(int status, String why) {
            this(Answer.text(status, why));
        }
    }

    private void checkHost(HttpExchange exchange) throws RefusedException {
        List<String> hostHeaders = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        boolean mayOmitHost = exchange.getProtocol().equalsIgnoreCase("HTTP/1.0");
        if (hostHeaders.size() > 1 || (hostHeaders.isEmpty() && !mayOmitHost)) {
            throw new RefusedException(400, "needed is one Host header");
        }
        String authority = exchange.getRequestURI().getRawAuthority();
        if (!hostHeaders.stream().allMatch(hosts::admits) || (authority != null && !hosts.admits(authority))) {
            throw new RefusedException(421, "this server answers to localhost and loopback addresses only");
        }
    }

    private static void checkMethod(HttpExchange exchange, Routes.Route route) throws RefusedException {
        List<String> allowed = route.isAction() ? List.of("POST") : List.of("GET", "HEAD");
        if (!allowed.contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", String.join(", ", allowed));
            throw new RefusedException(405, "allowed here: " + String.join(", ", allowed));
        }
    }

    private static void checkNoBody(Headers headers) throws RefusedException {
        String length = headers.getFirst("Content-Length");
        if ((length != null && !length.equals("0")) || headers.containsKey("Transfer-Encoding")) {
            throw new RefusedException(413, "a request to read may have no body");
        }
    }

    /** Whether the request has the token, where that makes a difference. A wrong one is refused, and so is an action without one. */
    private static boolean isAuthorised(HttpExchange exchange, Routes.Route route, ActionGuard guard)
            throws RefusedException {
        List<String> given = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
        boolean mayOmit = !route.isAction() && (given.isEmpty() || route.parameters() == null);
        if (mayOmit) {
            return false;
        }
        if (!guard.whyOff().isEmpty()) {
            throw new RefusedException(Answer.error(403, guard.whyOff()));
        }
        if (given.size() == 1 && guard.admits(given.get(0))) {
            return true;
        }
        guard.onRefused(route.path(), exchange.getRemoteAddress());
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        throw new RefusedException(Answer.error(401, "needed is the token of the admin port: docs/operating.md"));
    }

    /** What an action may come with: nothing, or a little JSON. */
    private static byte[] body(HttpExchange exchange) throws RefusedException, IOException {
        Headers headers = exchange.getRequestHeaders();
        if (headers.containsKey("Transfer-Encoding")) {
            throw new RefusedException(411, "needed is a body with its Content-Length");
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_OCTETS + 1);
        if (body.length > MAX_BODY_OCTETS) {
            throw new RefusedException(413, "a body may have " + MAX_BODY_OCTETS + " octets");
        }
        String type = headers.getFirst("Content-Type");
        if (body.length > 0 && (type == null || !JSON_TYPE.matcher(type).matches())) {
            throw new RefusedException(415, "a body has to be application/json");
        }
        return body;
    }

    private static String id(Routes.Match match) throws RefusedException {
        String id = UrlText.segment(match.rawId());
        if (id == null) {
            throw new RefusedException(Answer.error(400, "the path is not UTF-8 in percent-encoding"));
        }
        return id;
    }

    private static Map<String, String> query(HttpExchange exchange, Routes.Route route) throws RefusedException {
        if (route.parameters() == null) {
            return Map.of();
        }
        Map<String, String> parameters = UrlText.query(exchange.getRequestURI().getRawQuery(), route.parameters());
        if (parameters == null) {
            throw new RefusedException(Answer.error(
                    400,
                    "the query is not as it should be; parameters here: "
                            + String.join(", ", new TreeSet<>(route.parameters()))));
        }
        return parameters;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.contentType());
        SECURITY_HEADERS.forEach(headers::set);
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(answer.body().length));
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            for (int sent = 0; sent < answer.body().length; sent += CHUNK_OCTETS) {
                exchange.getResponseBody()
                        .write(answer.body(), sent, Math.min(CHUNK_OCTETS, answer.body().length - sent));
            }
        }
    }

    /** Closes the port and every connection. Idempotent. */
    @Override
    public void close() {
        if (!isStarted) {
            server.start(); // it gives the port back on a thread of its own
            isStarted = true;
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
