// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the demo shows: lines that stay, and below them one that is redrawn on a terminal and repeated elsewhere. Any thread. */
final class DemoDisplay {
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    private final PrintWriter out;
    private final boolean isTerminal;
    private int liveColumns;

    DemoDisplay(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** Whether standard output goes to a terminal; false where the operating system has no way to tell. */
    static boolean isTerminal() {
        try {
            Path target = Files.readSymbolicLink(STANDARD_OUTPUT);
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** A line that stays. */
    synchronized void line(String text) {
        if (liveColumns > 0) {
            out.print('\r' + " ".repeat(liveColumns) + '\r');
            liveColumns = 0;
        }
        out.println(text);
        out.flush();
    }

    /** The line with the figures of this second. */
    synchronized void live(String text) {
        if (!isTerminal) {
            out.println(text);
        } else {
            out.print('\r' + text + " ".repeat(Math.max(0, liveColumns - text.length())));
            liveColumns = text.length();
        }
        out.flush();
    }
}
