// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.observe.FrameTrace;
import org.sngateway.gateway.store.CommitLatency;
import org.sngateway.gateway.store.RefusalCause;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.transport.TransportStats;

/** {@code docs/openapi.yaml} says what is served, and what is in it. */
class OpenApiTest {
    private static final Path FILE = Path.of(System.getProperty("sn.home"), "docs", "openapi.yaml");

    /** For browsers, which read them as they are. */
    private static final Set<String> PAGES = Set.of("/", "/status.js", "/status.css", "/icon.svg");

    private final Map<?, ?> document = load();
    private final TestGateway gateway = TestGateway.start();
    private final List<String> wrong = new ArrayList<>();
    private Routes routes = new Routes();

    private static Map<?, ?> load() {
        try {
            return (Map<?, ?>) yaml(Files.readString(FILE));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Object yaml(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    @BeforeEach
    void start() {
        StoreStatus store = new StoreStatus(
                StoreStatus.State.OK,
                "",
                Duration.ofSeconds(3),
                false,
                Duration.ZERO,
                1,
                2,
                Map.of(RefusalCause.QUEUE, 3L),
                new CommitLatency(List.of(), Duration.ZERO, Duration.ZERO),
                4,
                5,
                6,
                7,
                8);
        AdminSources sources = new AdminSources(
                gateway.counters(),
                MetricsPageTest.LIMITS,
                () -> Optional.of(store),
                List.of(new AdminSources.Listener(
                        "udp:127.0.0.1:1", new CountingTransport(new TransportStats(1, 2, 3, 4, 5, -1), null))),
                List.of(),
                new FrameTrace(List.of()),
                gateway.loop()::nanoTime);
        gateway.counters()
                .connections
                .register("lane-0")
                .disconnected(gateway.loop().nanoTime(), "gone");
        gateway.counters().connections.register("lane-1");
        gateway.counters().publishStats.register("lane-0").addInFlight(1);
        History history = new History(StatusApi.series(sources), () -> {});
        history.start(gateway.loop());
        gateway.advance(History.INTERVAL.multipliedBy(2));
        routes = Admin.routes(sources, List.of(), gateway.survey(), history);
    }

    @Test
    void shouldDescribeEveryRoute() {
        Set<String> served = new TreeSet<>();
        for (Routes.Route route : routes.all()) {
            if (!PAGES.contains(route.path())) {
                served.add((route.isAction() ? "post " : "get ") + route.path());
            }
        }
        Set<String> described = new TreeSet<>();
        map(document.get("paths"))
                .forEach((path, operations) -> map(operations).keySet().stream()
                        .filter(key -> !key.equals("parameters"))
                        .forEach(method -> described.add(method + " " + path)));

        assertThat(described).isEqualTo(served);
    }

    @Test
    void shouldDescribeEveryParameter() {
        for (Routes.Route route : routes.all()) {
            if (route.parameters() != null && !route.isAction()) {
                Set<Object> described = new TreeSet<>();
                Object parameters = operation(route.path(), "get").get("parameters");
                if (parameters != null) {
                    ((List<?>) parameters)
                            .forEach(one -> described.add(resolved(map(one)).get("name")));
                }
                assertThat(described).as(route.path()).isEqualTo(new TreeSet<>(route.parameters()));
            }
        }
    }

    @Test
    void shouldServeItself() throws Exception {
        assertThat(answer("/api/openapi.yaml", "", 200)).isEqualTo(Files.readString(FILE));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/status, '', 200",
        "/api/connections, '', 200",
        "/api/store, '', 200",
        "/api/history, '', 200",
        "/api/sessions, '', 200",
        "/api/sessions/{id}, active, 200",
        "/api/sessions/{id}, asleep, 200",
        "/api/sessions/{id}, apart, 200",
        "/api/sessions/{id}, none, 404",
        "/api/sessions/{id}/clear-buffer, asleep, 200",
        "/api/sessions/{id}/clear-buffer, none, 404",
        "/api/sessions/{id}/disconnect, active, 200",
        "/api/sessions/{id}/disconnect, apart, 409",
        "/api/sessions/{id}/disconnect, none, 404",
        "/health/live, '', 200",
        "/health/ready, '', 503"
    })
    void shouldAnswerAsDescribed(String path, String clientId, int status) {
        makeDevices();

        String json = answer(path, clientId, status);

        Routes.Route route = route(path);
        Map<?, ?> response =
                map(map(operation(path, route.isAction() ? "post" : "get").get("responses"))
                        .get(Integer.toString(status)));
        Map<?, ?> content = map(map(resolved(response)).get("content"));
        check("", map(map(content.get("application/json")).get("schema")), yaml(json));
        assertThat(wrong).as(json).isEmpty();
    }

    /** One that is active and has something of everything, one that sleeps, one that is not connected. */
    private void makeDevices() {
        gateway.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        LockstepDevice active = gateway.device(1);
        active.send(connectKept("active"));
        active.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        active.send(register(2, "c/d"));
        active.send(publish1(3, id(2), "x"));
        LockstepDevice asleep = gateway.device(2);
        asleep.send(connectKept("asleep"));
        asleep.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        asleep.send(new Disconnect(60));
        LockstepDevice apart = gateway.device(3);
        apart.send(connectKept("apart"));
        apart.send(Disconnect.PLAIN);
        gateway.uplink().deliver("a/b", "data", Qos.AT_LEAST_ONCE, "a/b");
    }

    private Routes.Route route(String path) {
        return routes.all().stream()
                .filter(one -> one.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private String answer(String path, String clientId, int status) {
        Request request = new Request(clientId, Map.of(), new byte[0], true);
        Answer answer = gateway.whileTurning(() -> route(path).resource().answer(request));
        assertThat(answer.status()).as(path).isEqualTo(status);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private Map<?, ?> operation(String path, String method) {
        return map(map(map(document.get("paths")).get(path)).get(method));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return (Map<?, ?>) Objects.requireNonNull(value);
    }

    /** What a reference leads to. */
    private Map<?, ?> resolved(Map<?, ?> schema) {
        Object reference = schema.get("$ref");
        if (reference == null) {
            return schema;
        }
        Map<?, ?> at = document;
        for (String step : reference.toString().substring("#/".length()).split("/", -1)) {
            at = map(at.get(step));
        }
        return at;
    }

    /** Whether a value is what its schema says, and has nothing that it does not say. */
    private void check(String where, Map<?, ?> reference, @Nullable Object value) {
        Map<?, ?> schema = resolved(reference);
        if (types(schema).stream().noneMatch(type -> isA(type, value))) {
            wrong.add(where + " is " + value + ", not " + types(schema));
        }
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value)) {
            wrong.add(where + " is " + value + ", not one of " + allowed);
        }
        if (value instanceof List<?> list) {
            list.forEach(item -> check(where + "[]", map(schema.get("items")), item));
        }
        if (value instanceof Map<?, ?> object) {
            checkObject(where, schema, object);
        }
    }

    private void checkObject(String where, Map<?, ?> schema, Map<?, ?> object) {
        Map<Object, Object> properties = new HashMap<>();
        Set<Object> required = new TreeSet<>();
        collect(schema, properties, required);
        Map<Object, Object> fields = new LinkedHashMap<>(object);
        required.stream()
                .filter(name -> !fields.containsKey(name))
                .forEach(name -> wrong.add(where + "." + name + " is missing"));
        fields.forEach((name, value) -> {
            Object property = properties.getOrDefault(name, schema.get("additionalProperties"));
            if (property == null) {
                wrong.add(where + "." + name + " is not described");
            } else {
                check(where + "." + name, map(property), value);
            }
        });
    }

    private void collect(Map<?, ?> schema, Map<Object, Object> properties, Set<Object> required) {
        if (schema.get("allOf") instanceof List<?> parts) {
            parts.forEach(part -> collect(resolved(map(part)), properties, required));
        }
        if (schema.get("properties") instanceof Map<?, ?> own) {
            properties.putAll(own);
        }
        if (schema.get("required") instanceof List<?> names) {
            required.addAll(names);
        }
    }

    private static List<?> types(Map<?, ?> schema) {
        Object type = Objects.requireNonNull(schema.get("type"), schema::toString);
        return type instanceof List<?> several ? several : List.of(type);
    }

    private static boolean isA(Object type, @Nullable Object value) {
        return switch (type.toString()) {
            case "null" -> value == null;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            case "number" -> value instanceof Number;
            case "array" -> value instanceof List;
            case "object" -> value instanceof Map;
            default -> false;
        };
    }
}
