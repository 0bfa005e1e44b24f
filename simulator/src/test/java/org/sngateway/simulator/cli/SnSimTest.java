// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class SnSimTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine command = SnSim.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes 0            | --nodes is 0, allowed is 1..60000",
                "--nodes many         | 'many' is not an int",
                "--size 19            | --size is 19, allowed is 20..65000",
                "--rate 10            | is not a rate; examples: 2000/s",
                "--rate max --qos 0   | --rate max needs --qos 1 or 2",
                "--qos 3              | is not a QoS; allowed: 0, 1, 2",
                "--duration 0s        | --duration is 0",
                "--duration 10        | is not a duration",
                "--retry-interval 0s  | retryInterval is PT0S",
                "--observers 0        | --observers is 0, allowed is 1..256",
                "--gateway 127.0.0.1  | is not HOST:PORT",
                "--broker localhost   | is not mqtt://HOST:PORT",
                "--loss 101%          | is not a percentage; allowed: 0% to 100%",
                "--loss 0.05          | is not a percentage",
                "--loss 1%,2%,3%      | has more than two values",
                "--jitter 10          | is not a duration",
                "--bursts 1%/2%       | is not BEGIN/END/LOSS",
                "--bandwidth 9600     | is not a bandwidth; examples: 9600bit/s",
                "--blackout 60s/60s   | never ends",
                "--colour red         | Unknown option"
            })
    void shouldEndWithTwoOnWrongArguments(String arguments, String message) {
        assertThat(execute(("run " + arguments).split(" +"))).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void shouldEndWithTwoWithoutCommand() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: sn-sim").contains("run").doesNotContain("demo");
    }

    @Test
    void shouldEndWithThreeAndASentenceWithoutBroker() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }

        assertThat(execute("run", "--broker", "mqtt://127.0.0.1:" + closed)).isEqualTo(3);
        assertThat(err.toString())
                .startsWith("sn-sim: broker mqtt://127.0.0.1:" + closed + ": cannot connect: ")
                .contains("Connection refused")
                .hasLineCount(1);
    }

    @Test
    void shouldEndWithThreeWhenThereIsNoSuchHost() {
        assertThat(execute("run", "--gateway", "nowhere.invalid:1884")).isEqualTo(3);
        assertThat(err.toString()).isEqualTo("sn-sim: no such host: nowhere.invalid" + System.lineSeparator());
    }

    @Test
    void shouldExplainItselfOnRequest() {
        assertThat(execute("run", "--help")).isZero();
        assertThat(out.toString()).contains("--nodes", "--rate", "--json", "mqtt://127.0.0.1:1883");
    }
}
