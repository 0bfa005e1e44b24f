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
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the JDK, cut down: GET and HEAD of exact paths, no bodies. {@link ServerLimits} bounds what a client may take of it.
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

    /** Serves each page at its path. Once. */
    void start(Map<String, Page> pages) {
        Map<String, Page> served = Map.copyOf(pages);
        server.createContext("/", exchange -> {
            try (exchange) {
                send(exchange, answer(exchange, served));
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

    private Answer answer(HttpExchange exchange, Map<String, Page> pages) {
        Answer refusal = refusal(exchange);
        if (refusal != null) {
            // What else comes on this connection may be the body of what was refused.
            exchange.getResponseHeaders().set("Connection", "close");
            return refusal;
        }
        String path = exchange.getRequestURI().getRawPath();
        Page page = path == null ? null : pages.get(path);
        if (page == null) {
            return Answer.text(404, "there is no such page");
        }
        try {
            return page.answer();
        } catch (RuntimeException failure) {
            log.atError().setCause(failure).addKeyValue("path", path).log("an admin page failed");
            return Answer.text(500, "the page failed; the log says why");
        }
    }

    private @Nullable Answer refusal(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        List<String> hostHeaders = headers.getOrDefault("Host", List.of());
        boolean mayOmitHost = exchange.getProtocol().equalsIgnoreCase("HTTP/1.0");
        if (hostHeaders.size() > 1 || (hostHeaders.isEmpty() && !mayOmitHost)) {
            return Answer.text(400, "needed is one Host header");
        }
        String authority = exchange.getRequestURI().getRawAuthority();
        if (!hostHeaders.stream().allMatch(hosts::admits) || (authority != null && !hosts.admits(authority))) {
            return Answer.text(421, "this server answers to localhost and loopback addresses only");
        }
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.text(405, "allowed are GET and HEAD");
        }
        String length = headers.getFirst("Content-Length");
        if ((length != null && !length.equals("0")) || headers.containsKey("Transfer-Encoding")) {
            return Answer.text(413, "a request may have no body");
        }
        return null;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.contentType());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
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
