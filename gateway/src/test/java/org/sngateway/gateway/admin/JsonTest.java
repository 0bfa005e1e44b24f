// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void shouldEscapeWhatMeansSomethingElsewhere() {
        assertThat(Json.string("a\"b\\c</script>&\n\u0000\u007f\u2028\u00e4\ud83c\udf32\ud800"))
                .isEqualTo("\"a\\\"b\\\\c\\u003c/script\\u003e\\u0026\\u000a\\u0000\\u007f\\u2028\\u00e4"
                        + "\\ud83c\\udf32\\ud800\"");
        assertThat(Json.string("")).isEqualTo("\"\"");
    }

    @Test
    void shouldPutCommasWhereTheyBelong() {
        Json json = new Json()
                .object()
                .field("a", 1)
                .field("b", "x")
                .name("c")
                .array()
                .value(1)
                .value(true)
                .value(null)
                .array()
                .endArray()
                .object()
                .field("d", false)
                .endObject()
                .endArray()
                .name("e")
                .raw("{\"f\":0}")
                .field("g", 0.5)
                .field("h", (String) null)
                .endObject();

        assertThat(json)
                .hasToString(
                        "{\"a\":1,\"b\":\"x\",\"c\":[1,true,null,[],{\"d\":false}],\"e\":{\"f\":0},\"g\":0.5,\"h\":null}");
    }

    @ParameterizedTest
    @CsvSource({"1.23456, 1.235", "0, 0.0", "-0.5, -0.5", "NaN, null", "Infinity, null", "1234567.1, 1234567.1"})
    void shouldRoundNumbers(double number, String text) {
        assertThat(new Json().value(number)).hasToString(text);
    }
}
