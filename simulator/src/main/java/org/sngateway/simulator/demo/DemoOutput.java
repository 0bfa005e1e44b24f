// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.demo;

import java.io.PrintStream;

/**
 * What the demo's nodes do, a line each, for the process that started them: a word that says what it is, the node, then the
 * rest. Any thread.
 */
final class DemoOutput {
    private final PrintStream out;

    DemoOutput(PrintStream out) {
        this.out = out;
    }

    /** The node is connected. */
    void ready(String node) {
        line("ready", node, "");
    }

    /** The node has lost its connection. */
    void lost(String node) {
        line("lost", node, "");
    }

    /** The node is about to publish a temperature in degrees Celsius. */
    void reading(String node, String celsius) {
        line("reading", node, celsius);
    }

    /** An application has sent the node a command, through the broker. */
    void sent(String node, String command) {
        line("sent", node, command);
    }

    /** The node has received a command. */
    void command(String node, String command) {
        line("command", node, command);
    }

    /** The node is about to answer a command. */
    void answer(String node, String json) {
        line("answer", node, json);
    }

    /** The answer has come out at the broker. */
    void answered(String node, String json) {
        line("answered", node, json);
    }

    private void line(String what, String node, String rest) {
        String line = (what + " " + node + " " + rest).strip();
        out.println(line.replaceAll("\\p{Cntrl}", "?"));
    }
}
