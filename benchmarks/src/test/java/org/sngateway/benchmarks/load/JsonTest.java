// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void shouldWriteEveryKindOfValue() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", "a \"b\" \\ \n");
        document.put("whole", 3.0);
        document.put("fraction", 1.25);
        document.put("undefined", Double.NaN);
        document.put("count", 7L);
        document.put("flag", true);
        document.put("list", List.of(1, Map.of("k", "v")));
        document.put("nothing", List.of());
        assertThat(Json.write(document)).isEqualTo("""
                {
                  "text": "a \\"b\\" \\\\ \\u000a",
                  "whole": 3,
                  "fraction": 1.2500,
                  "undefined": null,
                  "count": 7,
                  "flag": true,
                  "list": [
                    1,
                    {
                      "k": "v"
                    }
                  ],
                  "nothing": []
                }
                """);
    }
}
