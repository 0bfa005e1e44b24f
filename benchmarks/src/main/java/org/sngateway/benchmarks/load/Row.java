// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One scenario's result.
 *
 * @param figures of each round, by name: what a median makes sense of
 * @param counts of all rounds together, by name: what should be nought or few
 * @param failure why there is no result, or null
 */
record Row(
        Scenario scenario,
        List<Map<String, Double>> figures,
        Map<String, Long> counts,
        @Nullable String failure) {

    static Row failed(Scenario scenario, String why) {
        return new Row(scenario, List.of(), Map.of(), why);
    }

    /** Each figure's median over the rounds. */
    Map<String, Double> medians() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (Map<String, Double> round : figures) {
            round.forEach((name, value) ->
                    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        values.forEach((name, list) -> medians.put(name, median(list)));
        return medians;
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", scenario.key());
        map.put("description", scenario.description());
        if (failure != null) {
            map.put("failure", failure);
        } else {
            map.put("median", medians());
            map.put("counts", counts);
            map.put("rounds", figures);
        }
        return map;
    }
}
