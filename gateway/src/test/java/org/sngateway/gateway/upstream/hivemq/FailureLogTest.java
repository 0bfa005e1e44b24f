// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.Disconnection.Cause;

class FailureLogTest {
    private static final ServerAddress SERVER = new ServerAddress("broker", 1883);
    private static final Spec GATEWAY = new Spec("gw-0", new Identity.OfGateway(), true, true, null);

    private final FailureLog failureLog = new FailureLog();

    private static Spec device(int number) {
        return new Spec("pump-" + number, new Identity.OfDevice("pump-" + number), true, true, null);
    }

    /** The lines that are written meanwhile. */
    private static List<String> lines(Runnable reports) {
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(written, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            reports.run();
        } finally {
            System.setErr(before);
        }
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private void report(Spec spec, Cause cause, boolean wasConnected, boolean isDue, Duration at) {
        failureLog.report(spec, SERVER, new Disconnection(cause, "why"), wasConnected, isDue, at.toNanos());
    }

    @Test
    void shouldSayWhatIsDueOfTheGateway() {
        assertThat(lines(() -> {
                    report(GATEWAY, Cause.TLS, false, true, Duration.ZERO);
                    report(GATEWAY, Cause.TLS, false, false, Duration.ZERO);
                    report(GATEWAY, Cause.LOST, true, true, Duration.ZERO);
                }))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("client=gw-0 server=mqtt://broker:1883 cause=TLS reason=why")
                                .endsWith("cannot connect to the broker"),
                        line -> assertThat(line).endsWith("lost the broker"));
    }

    @Test
    void shouldSayOnceInAMinuteWhyDevicesCannotConnect() {
        assertThat(lines(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        report(device(i), Cause.CREDENTIALS, false, true, Duration.ofMillis(i));
                        report(device(i), Cause.UNREACHABLE, false, true, Duration.ofMillis(i));
                    }
                    report(device(0), Cause.CREDENTIALS, false, true, Duration.ofSeconds(60));
                    report(device(1), Cause.CREDENTIALS, false, true, Duration.ofSeconds(61));
                }))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("client=pump-0", "CREDENTIALS")
                                .doesNotContain("others"),
                        line -> assertThat(line).contains("client=pump-0", "UNREACHABLE"),
                        line -> assertThat(line).contains("client=pump-0", "others=4999"));
    }
}
