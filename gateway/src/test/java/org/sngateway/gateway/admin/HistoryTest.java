// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sngateway.testsupport.ManualLoop;

class HistoryTest {
    private final ManualLoop loop = new ManualLoop();
    private final AtomicLong counter = new AtomicLong();
    private final AtomicLong gauge = new AtomicLong();
    private final AtomicInteger samples = new AtomicInteger();
    private final History history = new History(
            List.of(new History.Series("rate", true, counter::get), new History.Series("gauge", false, gauge::get)),
            samples::incrementAndGet);

    private String text() {
        return new String(history.answer(loop.nanoTime()).body(), StandardCharsets.UTF_8).strip();
    }

    @Test
    void shouldShowRatesAndValues() {
        history.start(loop);
        loop.runPending();
        assertThat(text())
                .isEqualTo("{\"intervalSeconds\":10,\"secondsAgo\":[],\"series\":{\"rate\":[],\"gauge\":[]}}");

        counter.set(50);
        gauge.set(3);
        loop.advance(Duration.ofSeconds(10));
        counter.set(51);
        gauge.set(-1);
        loop.advance(Duration.ofSeconds(12));

        assertThat(text())
                .isEqualTo("{\"intervalSeconds\":10,\"secondsAgo\":[12.0,2.0],"
                        + "\"series\":{\"rate\":[5.0,0.1],\"gauge\":[3,-1]}}");
        assertThat(samples).hasValue(3);
    }

    @Test
    void shouldKeepAnHour() {
        history.start(loop);
        for (int i = 0; i < 1000; i++) {
            gauge.set(i);
            counter.addAndGet(i);
            loop.advance(History.INTERVAL);
        }

        String text = text();

        assertThat(numbers(text, "gauge"))
                .hasSize(History.SAMPLES)
                .startsWith("640", "641")
                .endsWith("998", "999");
        assertThat(numbers(text, "rate"))
                .hasSize(History.SAMPLES)
                .startsWith("64.0")
                .endsWith("99.9");
        assertThat(numbers(text, "secondsAgo"))
                .hasSize(History.SAMPLES)
                .startsWith("3590.0")
                .endsWith("0.0");
    }

    private static List<String> numbers(String text, String name) {
        int begin = text.indexOf("[", text.indexOf("\"" + name + "\"")) + 1;
        return List.of(text.substring(begin, text.indexOf("]", begin)).split(",", -1));
    }

    /** A reader beside the loop sees neither half a sample nor one that was overwritten: here both series are always alike. */
    @Test
    void shouldBeReadWhileItIsWritten() throws InterruptedException {
        History alike = new History(
                List.of(new History.Series("a", false, counter::get), new History.Series("b", false, counter::get)),
                counter::incrementAndGet);
        List<String> wrong = new ArrayList<>();
        alike.start(loop);
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
                loop.advance(History.INTERVAL);
            }
        });
        writer.start();
        while (writer.isAlive()) {
            String text = new String(alike.answer(0).body(), StandardCharsets.UTF_8);
            if (!numbers(text, "a").equals(numbers(text, "b"))) {
                wrong.add(text);
            }
        }
        writer.join();

        assertThat(wrong).isEmpty();
    }
}
