// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as a user gives it, on a gateway process that is none of ours to praise. */
@Timeout(180)
class LoadBenchmarkIT {
    @TempDir
    private Path directory;

    @Test
    void shouldMeasureChildProcessAndWriteReport() throws Exception {
        Path report = directory.resolve("report.json");
        int exitCode = new CommandLine(new LoadBenchmark())
                .execute(
                        "--only=uplink-qos1,uplink-qos0,downlink-qos1,connects,memory",
                        "--gateway-command",
                        tinyGatewayCommand(),
                        "--warm-up=0.2",
                        "--measure=0.5",
                        "--rounds=1",
                        "--devices=10",
                        "--connects=200",
                        "--window=32",
                        "--json=" + report);
        assertThat(exitCode).isZero();
        assertThat(Files.readString(report))
                .contains("\"scenario\": \"uplink-qos1\"", "\"scenario\": \"memory\"", "\"generatorCeiling\"")
                .contains("gatewayCpuMillisPer1000", "step2RssOctetsPerSession", "\"processors\"")
                .doesNotContain("\"failure\"");
    }

    @Test
    void shouldMeasureJournalOfGatewayWithStore() throws Exception {
        Path report = directory.resolve("report.json");
        int exitCode = new CommandLine(new LoadBenchmark())
                .execute(
                        "--only=journal-qos1",
                        "--gateway-command",
                        java("org.sngateway.gateway.cli.SnGateway") + " run --config {config}",
                        "--warm-up=0.2",
                        "--measure=0.5",
                        "--rounds=2",
                        "--devices=10",
                        "--json=" + report);
        assertThat(exitCode).isZero();
        assertThat(Files.readString(report))
                .contains("\"replayedPerSecond\"", "\"lostOrOvertaken\": 0")
                .doesNotContain("\"failure\"");
    }

    @Test
    void shouldReportGatewayThatDoesNotStart() throws Exception {
        Path report = directory.resolve("report.json");
        int exitCode = new CommandLine(new LoadBenchmark())
                .execute(
                        "--only=uplink-qos1",
                        "--gateway-command=sh -c 'echo no such option >&2; exit 3'",
                        "--json=" + report);
        assertThat(exitCode).isEqualTo(1);
        assertThat(Files.readString(report)).contains("\"failure\"", "no such option");
    }

    @Test
    void shouldRefuseWrongCommandLine() {
        assertThat(new CommandLine(new LoadBenchmark()).execute("--rounds=0")).isEqualTo(2);
        assertThat(new CommandLine(new LoadBenchmark()).execute("--only=nothing"))
                .isEqualTo(2);
        assertThat(new CommandLine(new LoadBenchmark()).execute("--only=journal-qos1", "--upstream-mode=per-device"))
                .isEqualTo(2);
        assertThat(new CommandLine(new LoadBenchmark()).execute("--gateway=10.1.1.1:1884", "--sink-port=1"))
                .isEqualTo(2);
    }

    private static String tinyGatewayCommand() {
        return java(TinyGateway.class.getName()) + " {config}";
    }

    private static String java(String mainClass) {
        return "'" + System.getProperty("java.home") + "/bin/java' -Xmx64m -cp '"
                + System.getProperty("java.class.path") + "' " + mainClass;
    }
}
