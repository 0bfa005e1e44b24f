// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.run;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages per time, written {@code 2000/s}, {@code 90/min} or {@code max}.
 *
 * @param perSecond more than 0; infinite for "each as soon as the last is acknowledged"
 */
public record Rate(double perSecond) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)/(s|min)");

    public Rate {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("rate is " + perSecond + "/s, allowed is more than 0");
        }
    }

    /** Reads the written form; throws IllegalArgumentException that says which forms there are. */
    public static Rate parse(String text) {
        if (text.equals("max")) {
            return new Rate(Double.POSITIVE_INFINITY);
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a rate; examples: 2000/s, 90/min, max");
        }
        double count = Double.parseDouble(matcher.group(1));
        return new Rate(matcher.group(2).equals("s") ? count : count / 60);
    }

    public boolean isUnlimited() {
        return Double.isInfinite(perSecond);
    }

    /** Nanoseconds between two messages of one of {@code nodes} nodes that share this rate; 0 when unlimited. */
    public long intervalNanos(int nodes) {
        return isUnlimited() ? 0 : Math.max(1, Math.round(nodes * 1e9 / perSecond));
    }

    @Override
    public String toString() {
        if (isUnlimited()) {
            return "max";
        }
        return perSecond == Math.rint(perSecond)
                ? String.format(Locale.ROOT, "%.0f/s", perSecond)
                : String.format(Locale.ROOT, "%.3f/s", perSecond);
    }
}
