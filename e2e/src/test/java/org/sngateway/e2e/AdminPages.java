// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a gateway says of itself. */
final class AdminPages {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI admin;

    AdminPages(GatewayProcess gateway) throws InterruptedException {
        admin = gateway.admin();
    }

    String body(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(admin.resolve(path)).timeout(PATIENCE).build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    /** The value of a series of {@code /metrics}, with its labels. */
    double metric(String series) throws IOException, InterruptedException {
        String metrics = body("/metrics");
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(metrics);
        assertThat(line.find()).as("%s in%n%s", series, metrics).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /** Asks until the value is as wanted. */
    void awaitMetric(String series, DoublePredicate wanted) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (double value = metric(series); !wanted.test(value); value = metric(series)) {
            assertThat(System.nanoTime()).as("%s is %s", series, value).isLessThan(end);
            Thread.sleep(50);
        }
    }
}
