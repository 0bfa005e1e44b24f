// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launchers in {@code bin}, in a made-up source checkout or installation. {@code java} and {@code mvn} are scripts that write
 * down how they were called; the search path holds nothing but them and the tools that the launchers use.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path BIN = Path.of(System.getProperty("sn.home"), "bin");
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final FileTime LATER = FileTime.from(Instant.parse("2021-01-01T00:00:00Z"));
    private static final List<String> TOOLS = List.of(
            "sh",
            "basename",
            "cat",
            "cp",
            "dirname",
            "find",
            "flock",
            "grep",
            "head",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "tr");

    private static final String JAVA = """
            #!/bin/sh
            if [ "$1" = -version ]; then
                echo "openjdk version \\"${FAKE_JAVA_VERSION-17.0.15}\\" 2025-04-15" >&2
            else
                printf '%s\\n' "$@"
            fi
            """;
    private static final String MVN = """
            #!/bin/sh
            echo "$*" >>maven-calls
            if [ -n "${FAKE_MAVEN_FAILS-}" ]; then
                echo '[ERROR] no such symbol'
                exit 1
            fi
            echo '[INFO] noise'
            sleep "${FAKE_MAVEN_SECONDS-0}"
            for module in gateway simulator demo-broker; do
                case $* in
                    *$module*)
                        mkdir -p $module/target/lib
                        [ -f $module/target/$module-1.2.3.jar ] || : >$module/target/$module-1.2.3.jar
                        ;;
                esac
            done
            """;

    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int exitCode, List<String> out, String err) {
        /** The word after {@code -cp}. */
        String classPath() {
            return out.get(out.indexOf("-cp") + 1);
        }
    }

    @BeforeEach
    void makeCheckout() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String tool : TOOLS) {
            for (Path place : List.of(Path.of("/bin", tool), Path.of("/usr/bin", tool))) {
                if (Files.isExecutable(place)) {
                    script(tools.resolve(tool), "#!/bin/sh\nexec " + place + " \"$@\"\n");
                }
            }
        }
        script(tools.resolve("java"), JAVA);
        script(tools.resolve("mvn"), MVN);

        Files.createDirectories(home().resolve("bin"));
        for (String name : List.of("sn-gateway", "sn-sim", "launcher.sh")) {
            Files.copy(BIN.resolve(name), home().resolve("bin").resolve(name));
        }
        Files.createDirectories(home().resolve("gateway/src/main/java"));
        Files.writeString(home().resolve("gateway/src/main/java/A.java"), "class A {}");
        Files.writeString(
                home().resolve("pom.xml"),
                "<project>\n  <version>1.2.3</version>\n  <version>9</version>\n</project>\n");
        try (Stream<Path> all = Files.walk(home())) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, LONG_AGO);
            }
        }
    }

    @Test
    void shouldBuildOnFirstUseAndNotAgain() throws Exception {
        Outcome first = run("bin/sn-gateway", "check");
        Outcome second = run("bin/sn-gateway", "check");

        assertThat(mavenCalls())
                .containsExactly(
                        "-q -B -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true package -pl gateway -am");
        assertThat(first.err).isEqualTo("building gateway ...\n");
        assertThat(second.err).isEmpty();
        assertThat(List.of(first.exitCode, second.exitCode)).containsOnly(0);
        assertThat(first.out).isEqualTo(second.out);
        assertThat(first.out).contains("-Dsn.home=" + home()).endsWith("org.sngateway.gateway.cli.SnGateway", "check");
        assertThat(first.classPath())
                .isEqualTo(home() + "/gateway/target/gateway-1.2.3.jar:" + home() + "/gateway/target/lib/*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "gateway/src/main/java/A.java", "gateway/src/main/java"})
    void shouldBuildOnceWhenSourceIsNewerThanBuild(String source) throws Exception {
        run("bin/sn-gateway", "check");
        Files.setLastModifiedTime(home().resolve("gateway/target/gateway-1.2.3.jar"), LONG_AGO);
        Files.setLastModifiedTime(home().resolve("gateway/target/launcher.stamp"), LONG_AGO);
        Files.setLastModifiedTime(home().resolve(source), LATER);

        run("bin/sn-gateway", "check"); // leaves the jar as old as it is, as Maven does when no class changed
        run("bin/sn-gateway", "check");

        assertThat(mavenCalls()).hasSize(2);
    }

    @Test
    void shouldTakeWhatMavenBuiltByItself() throws Exception {
        Files.createDirectories(home().resolve("gateway/target/lib"));
        Files.createFile(home().resolve("gateway/target/gateway-1.2.3.jar"));

        assertThat(run("bin/sn-gateway", "check").exitCode).isZero();
        assertThat(mavenCalls()).isEmpty();
    }

    @Test
    void shouldDropLibrariesOfEarlierBuild() throws Exception {
        Path stale = home().resolve("gateway/target/lib/netty-3.jar");
        Files.createDirectories(stale.getParent());
        Files.createFile(stale);

        run("bin/sn-gateway", "check");

        assertThat(stale).doesNotExist();
    }

    @Test
    void shouldAlsoBuildWhatDemoNeeds() throws Exception {
        run("bin/sn-gateway", "check");
        Outcome demo = run("bin/sn-gateway", "demo", "--nodes", "3");
        run("bin/sn-gateway", "demo");

        assertThat(mavenCalls()).hasSize(2).last().asString().endsWith("-pl gateway,simulator,demo-broker -am");
        assertThat(demo.err).isEqualTo("building gateway simulator demo-broker ...\n");
        assertThat(demo.out).endsWith("org.sngateway.gateway.cli.SnGateway", "demo", "--nodes", "3");
        assertThat(demo.classPath()).startsWith(home() + "/gateway/target/gateway-1.2.3.jar:");
    }

    @Test
    void shouldStartSimulator() throws Exception {
        environment.put("SN_SIM_OPTS", "-Xmx1g");
        Outcome sim = run("bin/sn-sim", "run");

        assertThat(mavenCalls()).singleElement().asString().endsWith("-pl simulator -am");
        assertThat(sim.out).contains("-Xmx1g").endsWith("org.sngateway.simulator.cli.SnSim", "run");
        assertThat(sim.classPath()).startsWith(home() + "/simulator/target/simulator-1.2.3.jar:");
    }

    @Test
    void shouldShowWhatMavenSaysWhenBuildFails() throws Exception {
        environment.put("FAKE_MAVEN_FAILS", "yes");
        Outcome failed = run("bin/sn-gateway", "check");

        assertThat(failed)
                .isEqualTo(new Outcome(
                        1, List.of(), "building gateway ...\n[ERROR] no such symbol\nsn-gateway: the build failed\n"));

        environment.remove("FAKE_MAVEN_FAILS");
        assertThat(run("bin/sn-gateway", "check").exitCode).isZero();
    }

    @Test
    void shouldSayWhenMavenIsMissing() throws Exception {
        Files.delete(directory.resolve("tools/mvn"));

        assertThat(run("bin/sn-gateway", "check"))
                .isEqualTo(new Outcome(
                        1, List.of(), "sn-gateway: Maven (mvn) not found: it is needed to build from source\n"));
    }

    @Test
    void shouldBuildOnceWhenTwoStartTogether() throws Exception {
        assumeTrue(Files.exists(directory.resolve("tools/flock")), "flock is needed");
        environment.put("FAKE_MAVEN_SECONDS", "1");

        Process first = start(home(), home() + "/bin/sn-gateway", "check");
        Process second = start(home(), home() + "/bin/sn-gateway", "check");

        assertThat(List.of(outcome(first).exitCode, outcome(second).exitCode)).containsOnly(0);
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void shouldWorkThroughSymbolicLinksFromAnywhere() throws Exception {
        Path elsewhere = Files.createDirectories(directory.resolve("else where"));
        Files.createSymbolicLink(elsewhere.resolve("absolute"), home().resolve("bin/sn-gateway"));
        Files.createSymbolicLink(elsewhere.resolve("gw"), Path.of("absolute"));

        Outcome outcome = outcome(start(elsewhere, "./gw", "check", "--config", "my file.yaml", "*"));

        assertThat(outcome.out).contains("-Dsn.home=" + home()).endsWith("check", "--config", "my file.yaml", "*");
    }

    @Test
    void shouldStartInstallationWithoutBuilding() throws Exception {
        makeInstallation();
        Outcome outcome = run("bin/sn-gateway", "run");

        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.err).isEmpty();
        assertThat(outcome.classPath()).isEqualTo(home() + "/lib/gateway/a.jar:" + home() + "/lib/gateway/b.jar");
        assertThat(outcome.out).noneMatch(word -> word.contains("SharedArchiveFile") || word.contains("library.path"));
        assertThat(home().resolve("target")).doesNotExist();
        assertThat(mavenCalls()).isEmpty();
    }

    @Test
    void shouldUseWhatAnInstallationHasForItsMachine() throws Exception {
        makeInstallation();
        Files.createDirectories(home().resolve("lib/native"));
        Files.createFile(home().resolve("lib/gateway.jsa"));
        environment.put("SN_GATEWAY_OPTS", "-Djava.library.path=/mine");

        assertThat(run("bin/sn-gateway", "run").out)
                .contains("-XX:SharedArchiveFile=" + home() + "/lib/gateway.jsa")
                .containsSubsequence(
                        "-Djava.library.path=" + home() + "/lib/native", "-Djava.library.path=/mine", "-cp");
        assertThat(run("bin/sn-sim", "run").err).contains("no lib/simulator");
    }

    @Test
    void shouldReadTheVersionOfJavaWithoutStartingIt() throws Exception {
        makeInstallation();
        Path jdk = directory.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        script(jdk.resolve("bin/java"), JAVA.replace("echo \"openjdk", "exit 1; echo \"openjdk"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"16.0.2\"\nOS_NAME=\"Linux\"\n");
        environment.put("JAVA_HOME", jdk.toString());

        assertThat(run("bin/sn-gateway", "run").err)
                .contains("Java 17 or newer is needed")
                .endsWith("is version 16.0.2\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.8", "17.0.8.1", "18.0.2", "20.0.1", "21", "21-ea"})
    void shouldNotAskAnOlderJavaToGiveFreedMemoryBack(String version) throws Exception {
        makeInstallation();
        environment.put("FAKE_JAVA_VERSION", version);

        assertThat(run("bin/sn-gateway", "run").out).noneMatch(word -> word.startsWith("-XX:TrimNativeHeapInterval"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.0.9", "17.0.15", "21.0.1", "25"})
    void shouldHaveFreedMemoryGivenBack(String version) throws Exception {
        makeInstallation();
        environment.put("FAKE_JAVA_VERSION", version);

        assertThat(run("bin/sn-gateway", "run").out).contains("-XX:TrimNativeHeapInterval=5000");
    }

    @Test
    void shouldSayWhenThereIsNothingToStart() throws Exception {
        Files.delete(home().resolve("pom.xml"));

        assertThat(run("bin/sn-gateway", "run").err)
                .isEqualTo("sn-gateway: neither a source checkout nor an installation: " + home()
                        + " has no pom.xml and no lib/gateway\n");
    }

    @Test
    void shouldPutOptionsOfUserAfterItsOwn() throws Exception {
        makeInstallation();
        environment.put("SN_GATEWAY_OPTS", "-Xmx64m  -Dx=*");
        List<String> out = run("bin/sn-gateway", "run").out;

        assertThat(out).containsSubsequence("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=50", "-Xmx64m", "-Dx=*", "-cp");
    }

    @Test
    void shouldLeaveGarbageCollectorToUser() throws Exception {
        makeInstallation();
        environment.put("SN_GATEWAY_OPTS", "-XX:+UseG1GC");

        assertThat(run("bin/sn-gateway", "run").out).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.15", "21-ea", "23.0.1"})
    void shouldStartOnSupportedJava(String version) throws Exception {
        makeInstallation();
        environment.put("FAKE_JAVA_VERSION", version);

        Outcome outcome = run("bin/sn-gateway", "run");

        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.out).noneMatch(word -> word.startsWith("--"));
    }

    @Test
    void shouldAllowNativeAccessWhereJavaWarnsOfIt() throws Exception {
        makeInstallation();
        environment.put("FAKE_JAVA_VERSION", "25");

        assertThat(run("bin/sn-gateway", "run").out)
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_292", "11.0.2", "16"})
    void shouldRefuseOldJava(String version) throws Exception {
        environment.put("FAKE_JAVA_VERSION", version);

        assertThat(run("bin/sn-gateway", "check"))
                .isEqualTo(new Outcome(
                        1, List.of(), "sn-gateway: Java 17 or newer is needed, but java is version " + version + "\n"));
    }

    @Test
    void shouldSayWhenJavaIsMissing() throws Exception {
        environment.put("JAVA_HOME", "/no/such/jdk");

        assertThat(run("bin/sn-gateway", "check"))
                .isEqualTo(new Outcome(
                        1,
                        List.of(),
                        "sn-gateway: Java not found (/no/such/jdk/bin/java):"
                                + " install Java 17 or newer, or set JAVA_HOME\n"));
    }

    private Path home() {
        return directory.resolve("home");
    }

    private void makeInstallation() throws IOException {
        Files.delete(home().resolve("pom.xml"));
        Files.createDirectories(home().resolve("lib/gateway"));
        Files.createFile(home().resolve("lib/gateway/b.jar"));
        Files.createFile(home().resolve("lib/gateway/a.jar"));
    }

    private List<String> mavenCalls() throws IOException {
        Path calls = home().resolve("maven-calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private Outcome run(String command, String... arguments) throws Exception {
        String[] commandLine = Stream.concat(Stream.of(home() + "/" + command), Arrays.stream(arguments))
                .toArray(String[]::new);
        return outcome(start(directory, commandLine));
    }

    private Process start(Path workingDirectory, String... commandLine) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(commandLine).directory(workingDirectory.toFile());
        builder.redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("PATH", directory.resolve("tools").toString());
        return builder.start();
    }

    /** What the launchers write fits into the pipes, so the streams can be read one after the other. */
    private static Outcome outcome(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out.lines().toList(), err);
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
