// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The priority of a line of the log, as sd-daemon(3) has it. */
final class Priority {
    private static final byte[] NONE = {};
    private static final int LONGEST_LEVEL = 5;

    private static final Map<String, byte[]> OF_LEVEL = Map.of(
            "ERROR", octets("<3>"),
            "WARN", octets("<4>"),
            "INFO", octets("<6>"),
            "DEBUG", octets("<7>"),
            "TRACE", octets("<7>"));

    private Priority() {}

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What goes before a line that begins with its level; nothing before any other, such as one of the virtual machine. */
    static byte[] before(byte[] line) {
        int end = 0;
        while (end < line.length && end <= LONGEST_LEVEL && line[end] != ' ') {
            end++;
        }
        return OF_LEVEL.getOrDefault(new String(line, 0, end, StandardCharsets.US_ASCII), NONE);
    }
}
