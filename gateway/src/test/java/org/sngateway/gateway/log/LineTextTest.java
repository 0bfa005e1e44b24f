// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

class LineTextTest {
    @Test
    void shouldWriteAnEventAsPairs() {
        assertThat(LineText.of(
                        "device lost",
                        List.of(new KeyValuePair("device", "pump-1"), new KeyValuePair("octets", 7)),
                        null,
                        "org.sngateway.gateway.session.Session"))
                .isEqualTo("msg=\"device lost\" device=pump-1 octets=7 logger=Session");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain | plain",
                "`` | \"\"",
                "two words | \"two words\"",
                "a=b | \"a=b\"",
                "say \"hi\" | \"say \\\"hi\\\"\"",
                "back\\slash | back\\\\slash",
                "`a\nb\rc\td` | a\\u{a}b\\u{d}c\\u{9}d",
                "`\u001b[31m` | \\u{1b}[31m",
                "`\u202e\u2028` | \\u{202e}\\u{2028}",
                "grün | grün"
            })
    void shouldQuoteSoThatAnEventIsOneLineAndCanBeTakenApart(String value, String expected) {
        assertThat(LineText.of("m", List.of(new KeyValuePair("k", value)), null, null))
                .isEqualTo("msg=m k=" + expected);
    }

    @Test
    void shouldWriteAnErrorWithItsCausesInTheSameLine() {
        IOException failure = new IOException("outer\nline", new IllegalStateException("inner"));

        String line = LineText.of("failed", null, failure, null);

        assertThat(line)
                .startsWith("msg=failed error=\"java.io.IOException: outer\\u{a}line;"
                        + " because of java.lang.IllegalStateException: inner\" at=\"")
                .contains("LineTextTest")
                .doesNotContain("\n");
    }

    @Test
    void shouldFillInArgumentsAndKeepTheLevel() {
        List<String> lines = new ArrayList<>();
        LineLogger logger = new LineLogger(new Recorder(lines));

        logger.info("{} of {}", 1, 2);
        logger.atWarn().addKeyValue("device", "a b").log("lost");
        logger.error("broken", new IOException("x"));
        logger.atDebug().log("not enabled");

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("INFO msg=\"1 of 2\" logger=Name");
        assertThat(lines.get(1)).isEqualTo("WARN msg=lost device=\"a b\" logger=Name");
        assertThat(lines.get(2)).startsWith("ERROR msg=broken logger=Name error=\"java.io.IOException: x\"");
    }

    @Test
    void shouldRefuseALevelThatIsNone() {
        assertThat(LogLines.install(Map.of("SN_LOG", "loud")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("SN_LOG is loud", "debug"));
    }

    /** Logs info and above. */
    private static final class Recorder extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;

        private final transient List<String> lines;

        Recorder(List<String> lines) {
            this.lines = lines;
            this.name = "some.Name";
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return "";
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String message,
                @Nullable Object @Nullable [] arguments,
                @Nullable Throwable throwable) {
            lines.add(level + " " + message);
        }
    }
}
