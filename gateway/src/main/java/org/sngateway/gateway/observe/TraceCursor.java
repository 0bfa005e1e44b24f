// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a reader of a trace is: a position at each loop. As text {@code WATCH-NUMBER}, one for each loop, with dots between them.
 *
 * @param positions in the order of the loops
 */
record TraceCursor(List<Position> positions) {
    private static final Pattern TEXT = Pattern.compile("\\d{1,19}-\\d{1,18}(\\.\\d{1,19}-\\d{1,18}){0,63}");

    TraceCursor {
        positions = List.copyOf(positions);
    }

    /**
     * A position at one loop.
     *
     * @param watch which watch its numbers are of
     * @param number of the last frame that the reader knows
     */
    record Position(long watch, long number) {
        @Override
        public String toString() {
            return watch + "-" + number;
        }
    }

    /** @throws IllegalArgumentException when it is not of that form */
    static TraceCursor parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("after is no cursor that this gateway gave");
        }
        List<Position> positions = new ArrayList<>();
        for (String position : text.split("\\.", -1)) {
            int dash = position.indexOf('-');
            positions.add(
                    new Position(parseNumber(position.substring(0, dash)), parseNumber(position.substring(dash + 1))));
        }
        return new TraceCursor(positions);
    }

    private static long parseNumber(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException("after is no cursor that this gateway gave", tooLarge);
        }
    }

    @Override
    public String toString() {
        return positions.stream().map(Position::toString).collect(Collectors.joining("."));
    }
}
