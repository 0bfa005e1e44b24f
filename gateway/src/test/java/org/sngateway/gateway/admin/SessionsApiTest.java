// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.testsupport.LockstepDevice;

class SessionsApiTest {
    private static final Pattern CLIENT_ID = Pattern.compile("\"clientId\":\"([^\"]*)\"");

    private final TestGateway gateway = TestGateway.start();
    private final SessionsApi api = new SessionsApi(gateway.survey(), gateway.loop()::nanoTime);

    /** Pump-2 is heard of last, pump-10 sleeps with something in its queue, Meter-1 is not connected. */
    @BeforeEach
    void makeDevices() {
        gateway.uplink().grantSubscriptions(Qos.AT_LEAST_ONCE);
        LockstepDevice meter = gateway.device(1);
        meter.send(connectKept("Meter-1"));
        meter.send(Disconnect.PLAIN);
        gateway.advance(Duration.ofSeconds(1));
        LockstepDevice second = gateway.device(2);
        second.send(connectKept("pump-2"));
        second.send(register(1, "x"));
        second.send(register(2, "y"));
        LockstepDevice tenth = gateway.device(10);
        tenth.send(connectKept("pump-10"));
        tenth.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        tenth.send(new Disconnect(600));
        gateway.uplink().deliver("a/b", "data", Qos.AT_LEAST_ONCE, "a/b");
        gateway.advance(Duration.ofSeconds(1));
        second.send(pingReq());
    }

    private Answer list(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (!query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                parameters.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        return gateway.whileTurning(() -> api.list(new Request("", parameters, new byte[0], false)));
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static List<String> ids(Answer answer) {
        return CLIENT_ID
                .matcher(text(answer))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'Meter-1 pump-10 pump-2'",
        "sort=clientId&order=desc, 'pump-2 pump-10 Meter-1'",
        "search=PUMP, 'pump-10 pump-2'",
        "search=p-10, 'pump-10'",
        "search=none, ''",
        "state=asleep, 'pump-10'",
        "state=disconnected, 'Meter-1'",
        "state=awake, ''",
        "state=active&search=meter, ''",
        "sort=lastHeard, 'pump-2 pump-10 Meter-1'",
        "sort=lastHeard&order=desc, 'Meter-1 pump-10 pump-2'",
        "sort=deadline, 'pump-2 pump-10 Meter-1'",
        "sort=queued&order=desc, 'pump-10 Meter-1 pump-2'",
        "sort=topics&order=desc, 'pump-2 pump-10 Meter-1'",
        "sort=subscriptions&order=desc, 'pump-10 Meter-1 pump-2'",
        "sort=octets&order=desc, 'pump-2 pump-10 Meter-1'",
        "sort=state, 'Meter-1 pump-2 pump-10'",
        "sort=address, 'Meter-1 pump-2 pump-10'",
        "limit=2, 'Meter-1 pump-10'",
        "limit=2&offset=1, 'pump-10 pump-2'",
        "offset=3, ''",
        "offset=999999999, ''",
        "limit=1&search=pump&sort=clientId&order=desc, 'pump-2'"
    })
    void shouldSearchFilterSortAndCut(String query, String expected) {
        Answer answer = list(query);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(String.join(" ", ids(answer))).isEqualTo(expected);
    }

    @Test
    void shouldSearchAddresses() {
        String address = String.valueOf(gateway.session("pump-10").address());

        assertThat(ids(list("search=" + address))).containsExactly("pump-10");
    }

    @Test
    void shouldCountWhatFits() {
        assertThat(text(list("search=pump&limit=1")))
                .startsWith("{\"total\":3,\"matched\":2,\"offset\":0,")
                .contains(
                        "\"states\":{\"disconnected\":1,\"connecting\":0,\"active\":1,\"asleep\":1,\"awake\":0,\"lost\":0}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=Active",
                "state=away",
                "sort=name",
                "order=up",
                "limit=0",
                "limit=501",
                "limit=-1",
                "limit=x",
                "limit=99999999999",
                "offset=-1",
                "offset=1.5"
            })
    void shouldSayWhatIsWrongWithAQuery(String query) {
        Answer answer = list(query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(text(answer)).startsWith("{\"error\":\"").contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void shouldShowAges() {
        assertThat(text(list("search=pump-2")))
                .contains("\"lastHeardSecondsAgo\":0.0,\"deadlineInSeconds\":90.0,\"keepAliveSeconds\":60");
        assertThat(text(list("search=Meter"))).contains("\"address\":null", "\"deadlineInSeconds\":null");
    }
}
