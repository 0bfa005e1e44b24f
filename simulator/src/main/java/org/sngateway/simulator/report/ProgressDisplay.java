// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import java.io.PrintStream;
import java.util.Locale;

/** Shows how a run goes on: a bar that is redrawn in place on a terminal, a line a second elsewhere. */
public final class ProgressDisplay {
    private static final long TERMINAL_NANOS = 200_000_000;
    private static final long PLAIN_NANOS = 1_000_000_000;
    private static final int BAR_COLUMNS = 24;

    private final PrintStream out;
    private final boolean isTerminal;
    private final long periodNanos;
    private long shownNanos = Long.MIN_VALUE;
    private int shownColumns;

    // for the rate
    private long rateNanos;
    private long rateSent;
    private double sentPerSecond;

    public ProgressDisplay(PrintStream out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.periodNanos = isTerminal ? TERMINAL_NANOS : PLAIN_NANOS;
    }

    /** Shows these figures, unless the last were shown only just now. */
    public void update(LiveFigures figures, long nowNanos) {
        if (shownNanos != Long.MIN_VALUE && nowNanos - shownNanos < periodNanos) {
            return;
        }
        shownNanos = nowNanos;
        measureRate(figures.sent(), nowNanos);
        String line = line(figures, sentPerSecond);
        if (isTerminal) {
            redraw(bar(figures.done()) + " " + line);
        } else {
            out.println(line);
        }
    }

    /** Leaves the terminal with an empty line for what follows. */
    public void finish() {
        if (isTerminal && shownColumns > 0) {
            redraw("");
            out.print('\r');
            out.flush();
        }
    }

    private void measureRate(long sent, long nowNanos) {
        long elapsed = nowNanos - rateNanos;
        if (elapsed >= PLAIN_NANOS) {
            sentPerSecond = (sent - rateSent) * 1e9 / elapsed;
            rateNanos = nowNanos;
            rateSent = sent;
        }
    }

    static String line(LiveFigures figures, double sentPerSecond) {
        return String.format(
                Locale.ROOT,
                "%s %3.0f%%  nodes %d/%d  sent %d (%.0f/s)  acknowledged %d  received %d",
                figures.phase(),
                figures.done() * 100,
                figures.ready(),
                figures.nodes(),
                figures.sent(),
                sentPerSecond,
                figures.acknowledged(),
                figures.received());
    }

    static String bar(double done) {
        int filled = (int) (Math.max(0, Math.min(1, done)) * BAR_COLUMNS);
        return "[" + "#".repeat(filled) + " ".repeat(BAR_COLUMNS - filled) + "]";
    }

    private void redraw(String text) {
        out.print('\r' + text + " ".repeat(Math.max(0, shownColumns - text.length())));
        out.flush();
        shownColumns = text.length();
    }
}
