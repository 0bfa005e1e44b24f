// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.sngateway.gateway.config.Scalar.BadValueException;

/**
 * Whole numbers with a unit: {@code 10s}, {@code 64KiB}.
 *
 * @param name what they measure
 * @param factors the value of each unit in the smallest one, largest first; a unit without a name is the number alone
 */
record Quantity(String name, Map<String, Long> factors) {
    /** In milliseconds, with every unit. */
    static final Quantity DURATION_IN_MILLIS = new Quantity("duration", durations(true));

    /** In milliseconds, without fractions of a second. */
    static final Quantity DURATION_IN_SECONDS = new Quantity("duration", durations(false));

    /** In octets. */
    static final Quantity SIZE = new Quantity("size", sizes(false));

    /** In octets, with units for disks. */
    static final Quantity LARGE_SIZE = new Quantity("size", sizes(true));

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(?<number>[0-9]+)(?<unit>[A-Za-z]*)");

    Quantity {
        factors = Collections.unmodifiableMap(factors);
    }

    private static Map<String, Long> durations(boolean withMillis) {
        Map<String, Long> factors = new LinkedHashMap<>();
        factors.put("d", 86_400_000L);
        factors.put("h", 3_600_000L);
        factors.put("m", 60_000L);
        factors.put("s", 1000L);
        if (withMillis) {
            factors.put("ms", 1L);
        }
        return factors;
    }

    private static Map<String, Long> sizes(boolean ofDisks) {
        Map<String, Long> factors = new LinkedHashMap<>();
        if (ofDisks) {
            factors.put("TiB", 1L << 40);
            factors.put("GiB", 1L << 30);
        }
        factors.put("MiB", 1L << 20);
        factors.put("KiB", 1L << 10);
        factors.put("B", 1L);
        factors.put("", 1L);
        return factors;
    }

    /** The number in the smallest unit. */
    long parse(String text) throws BadValueException {
        Matcher parts = NUMBER_AND_UNIT.matcher(text);
        if (!parts.matches()) {
            throw BadValueException.of(text, "is not a " + name);
        }
        String unit = String.valueOf(parts.group("unit"));
        Long factor = factors.get(unit);
        if (factor == null) {
            throw BadValueException.of(text, unit.isEmpty() ? "has no unit" : "has an unknown unit");
        }
        try {
            return Math.multiplyExact(Long.parseLong(parts.group("number")), factor);
        } catch (ArithmeticException | NumberFormatException e) {
            throw BadValueException.of(text, "is out of range");
        }
    }

    /**
     * The number in the smallest unit, of a text that this program wrote itself.
     *
     * @throws IllegalArgumentException when it is none
     */
    long of(String text) {
        return new Scalar<>(name, this::parse).of(text);
    }

    /** The names of the units, for a sentence. */
    String units() {
        return factors.keySet().stream().filter(unit -> !unit.isEmpty()).collect(Collectors.joining(", "));
    }

    /** A duration in the largest unit that it is a whole number of. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        return DURATION_IN_MILLIS.factors.entrySet().stream()
                .filter(unit -> millis % unit.getValue() == 0)
                .findFirst()
                .map(unit -> millis / unit.getValue() + unit.getKey())
                .orElseThrow();
    }
}
