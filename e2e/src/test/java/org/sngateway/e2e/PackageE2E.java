// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packages as {@code packaging/build} makes them. They are installed into a directory, by the real dpkg with the real scripts, which
 * know that they are not in charge of the machine (DPKG_ROOT).
 */
class PackageE2E {
    private static final Path HOME = Path.of(System.getProperty("sn.home"));
    private static final int PATIENCE_SECONDS = 240;
    private static final String PROGRAMS = "usr/lib/sn-gateway/";

    @TempDir
    private static Path built;

    @TempDir
    private Path root;

    private record Outcome(int exitCode, String output) {}

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(
                isInstalled("dpkg-deb") && isInstalled("deb-systemd-helper"),
                "needs dpkg and Debian's init-system-helpers");
        List<String> command = List.of(
                HOME + "/packaging/build",
                "--no-sbom",
                "--output",
                built.toString(),
                "--version",
                "1.0",
                "amd64",
                "arm64");
        Outcome outcome = run(command);
        assertThat(outcome.exitCode).as(outcome.output).isZero();
    }

    @Test
    void shouldHoldLibrariesOfItsOwnProcessorOnly() throws Exception {
        List<String> amd64 = contents(deb("1.0", "amd64"));
        List<String> arm64 = contents(deb("1.0", "arm64"));

        assertThat(amd64)
                .anyMatch(line -> line.endsWith("lib/native/libnetty_transport_native_epoll_x86_64.so"))
                .anyMatch(line -> line.endsWith("lib/native/libsqlitejdbc.so"))
                .anyMatch(line -> line.endsWith("lib/native/libjSerialComm.so"))
                .noneMatch(line -> line.contains("aarch"));
        assertThat(arm64)
                .anyMatch(line -> line.endsWith("lib/native/libnetty_transport_native_epoll_aarch_64.so"))
                .noneMatch(line -> line.contains("x86_64"));
        Path unpacked = unpack(deb("1.0", "arm64"));
        try (Stream<Path> libraries = Files.list(unpacked.resolve(PROGRAMS + "lib/native"))) {
            for (Path library : libraries.toList()) {
                // ELF, e_machine at octet 18: EM_AARCH64
                assertThat(Files.readAllBytes(library)[18])
                        .as(library.toString())
                        .isEqualTo((byte) 183);
            }
        }
        try (Stream<Path> jars = Files.list(unpacked.resolve(PROGRAMS + "lib/gateway"))) {
            for (Path jar : jars.toList()) {
                try (var zip = new java.util.zip.ZipFile(jar.toFile())) {
                    assertThat(zip.stream().map(java.util.zip.ZipEntry::getName))
                            .as(jar.toString())
                            .noneMatch(
                                    name -> name.endsWith(".so") || name.endsWith(".dll") || name.endsWith(".jnilib"));
                }
            }
        }
    }

    @Test
    void shouldBelongToRootAndBeWrittenByNobodyElse() throws Exception {
        assertThat(contents(deb("1.0", "amd64")))
                .hasSizeGreaterThan(50)
                .allMatch(line -> line.contains(" root/root "))
                .allMatch(line -> line.startsWith("l") || (line.charAt(5) == '-' && line.charAt(8) == '-'));
        assertThat(run(List.of("dpkg-deb", "--info", deb("1.0", "amd64").toString(), "conffiles")).output)
                .isEqualTo("/etc/default/sn-gateway\n/etc/sn-gateway/sn-gateway.yaml\n");
    }

    @Test
    void shouldBeMadeTheSameAgain() throws Exception {
        Path again = Files.createDirectory(root.resolve("again"));
        Path list = unpack(deb("1.0", "amd64")).resolve(PROGRAMS + "lib/gateway.classes");
        List<String> command = List.of(
                HOME + "/packaging/build",
                "--no-sbom",
                "--output",
                again.toString(),
                "--version",
                "1.0",
                "--classes",
                list.toString(),
                "amd64");
        assertThat(run(command).exitCode).isZero();

        for (String name : List.of("sn-gateway_1.0_amd64.deb", "sn-gateway-1.0-linux-amd64.tar.gz")) {
            assertThat(Files.mismatch(built.resolve(name), again.resolve(name)))
                    .as(name)
                    .isEqualTo(-1);
        }
    }

    @Test
    void shouldInstallRunUpgradeRemoveAndPurge() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        makeSystem();

        dpkg("--install", deb("1.0", "amd64").toString());

        assertThat(root.resolve("etc/passwd")).content().contains("\nsn-gateway:");
        assertThat(root.resolve("etc/group")).content().containsPattern("\ndialout:[^\n]*:sn-gateway\n");
        assertThat(root.resolve("etc/systemd/system/multi-user.target.wants/sn-gateway.service"))
                .isSymbolicLink();
        assertThat(root.resolve(PROGRAMS + "lib/gateway.jsa")).isNotEmptyFile();
        Path config = root.resolve("etc/sn-gateway/sn-gateway.yaml");
        assertThat(run(List.of(root + "/usr/bin/sn-gateway", "check", "--config", config.toString())).output)
                .isEqualTo(config + ": ok\n");
        assertThat(run(List.of(root + "/usr/bin/sn-sim", "--version")).exitCode).isZero();
        runInstalled();

        Files.writeString(config, "gateway: { name: edited }\n");
        Path store = Files.writeString(root.resolve("var/lib/sn-gateway/gateway.db"), "kept");
        dpkg("--install", upgrade().toString());
        assertThat(config).hasContent("gateway: { name: edited }");
        assertThat(root.resolve(PROGRAMS + "lib/gateway.jsa")).isNotEmptyFile();

        dpkg("--remove", "sn-gateway");
        assertThat(root.resolve(PROGRAMS)).doesNotExist();
        assertThat(root.resolve("usr/bin/sn-gateway")).doesNotExist();
        assertThat(config).exists();
        assertThat(store).hasContent("kept");

        dpkg("--purge", "sn-gateway");
        assertThat(config.getParent()).doesNotExist();
        assertThat(store.getParent()).doesNotExist();
        assertThat(root.resolve("etc/systemd/system/multi-user.target.wants/sn-gateway.service"))
                .doesNotExist();
    }

    @Test
    void shouldInstallAndUninstallTheArchive() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        makeSystem();
        assertThat(run(List.of("tar", "-C", root.toString(), "-xzf", built + "/sn-gateway-1.0-linux-amd64.tar.gz"))
                        .exitCode)
                .isZero();
        String unpacked = root + "/sn-gateway-1.0-linux-amd64/";
        Path config = Files.createDirectories(root.resolve("etc/sn-gateway")).resolve("sn-gateway.yaml");
        Files.writeString(config, "gateway: { name: edited }\n");

        Outcome installed = run(List.of(unpacked + "install.sh", "--root", root.toString(), "--prefix", "/opt/sn"));

        assertThat(installed.exitCode).as(installed.output).isZero();
        assertThat(config).hasContent("gateway: { name: edited }");
        assertThat(root.resolve("etc/sn-gateway/sn-gateway.yaml.new"))
                .content()
                .contains("directory: /var/lib/sn-gateway");
        assertThat(root.resolve("etc/systemd/system/sn-gateway.service"))
                .content()
                .contains("\nExecStart=/opt/sn/bin/sn-gateway run");
        assertThat(run(List.of(root + "/opt/sn/bin/sn-gateway", "check", "-c", config.toString())).exitCode)
                .isZero();

        assertThat(run(List.of(unpacked + "uninstall.sh", "--root", root.toString(), "--prefix", "/opt/sn")).exitCode)
                .isZero();
        assertThat(root.resolve("opt/sn/lib")).isEmptyDirectory();
        assertThat(config).exists();
    }

    @Test
    void shouldLetTheServiceDoNoMoreThanItNeeds() throws Exception {
        assumeTrue(isInstalled("systemd-analyze") || System.getenv("CI") != null, "needs systemd-analyze");
        Path unit = HOME.resolve("conf/sn-gateway.service");

        Outcome security = run(List.of(
                "systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit.toString()));

        assertThat(security.exitCode).as(security.output).isZero();
        assertThat(unit)
                .content()
                .contains("DeviceAllow=char-ttyUSB rw", "DevicePolicy=closed")
                .doesNotContain("\nPrivateDevices=yes");
    }

    /** As the unit does, with what systemd would set, and without unpacking anything. */
    private void runInstalled() throws Exception {
        Path temporary = Files.createDirectory(root.resolve("tmp"));
        Path config = Files.writeString(
                root.resolve("test.yaml"),
                "listeners: [{ type: udp, bind: \"127.0.0.1:0\" }]\nadmin: { bind: \"127.0.0.1:0\" }\nupstream: { servers: [\"mqtt://127.0.0.1:9\"] }\n");
        ProcessBuilder builder = new ProcessBuilder(root + "/usr/bin/sn-gateway", "run", "--config", config.toString())
                .redirectError(root.resolve("log").toFile());
        builder.environment()
                .put(
                        "SN_GATEWAY_OPTS",
                        "-Djava.io.tmpdir=" + temporary + " -Xlog:class+load:file=" + root + "/classes");
        builder.environment().put("STATE_DIRECTORY", root + "/var/lib/sn-gateway");
        Process gateway = builder.start();
        try (var out = gateway.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("ready udp:127.0.0.1:");
            try (Stream<Path> files = Files.list(temporary)) {
                assertThat(files).isEmpty();
            }
        } finally {
            gateway.destroy();
            assertThat(gateway.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(gateway.exitValue()).isZero();
        assertThat(root.resolve("var/lib/sn-gateway/gateway.db")).exists();
        assertThat(root.resolve("log")).content().doesNotContain("WARN] Service");
        assertThat(root.resolve("classes"))
                .content()
                .containsPattern("org.sngateway.gateway.Gateway source: shared objects file");
    }

    /** What the scripts and dpkg need of a system. */
    private void makeSystem() throws IOException {
        for (String directory : List.of("etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "run")) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.createFile(root.resolve("var/lib/dpkg/status"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\ndialout:x:20:\n");
    }

    private void dpkg(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "dpkg",
                "--root=" + root,
                "--force-script-chrootless",
                "--force-depends",
                "--force-confold",
                "--log=" + root + "/dpkg.log"));
        command.addAll(Arrays.asList(arguments));
        Outcome outcome = run(command);
        assertThat(outcome.exitCode).as(outcome.output).isZero();
    }

    /** The same as version 1.1, with another configuration: dpkg asks or keeps only where the package's own has changed, too. */
    private Path upgrade() throws Exception {
        Path tree = unpack(deb("1.0", "amd64"));
        assertThat(run(List.of("dpkg-deb", "--control", deb("1.0", "amd64").toString(), tree + "/DEBIAN")).exitCode)
                .isZero();
        Path control = tree.resolve("DEBIAN/control");
        Files.writeString(control, Files.readString(control).replace("Version: 1.0", "Version: 1.1"));
        Files.writeString(tree.resolve("etc/sn-gateway/sn-gateway.yaml"), "gateway: { name: new-default }\n");
        Path deb = root.resolve("upgrade.deb");
        assertThat(run(List.of("dpkg-deb", "-Znone", "--build", tree.toString(), deb.toString())).exitCode)
                .isZero();
        return deb;
    }

    private Path unpack(Path deb) throws Exception {
        Path tree = Files.createTempDirectory(root, "unpacked");
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(run(List.of("dpkg-deb", "--extract", deb.toString(), tree.toString())).exitCode)
                .isZero();
        return tree;
    }

    private static Path deb(String version, String architecture) {
        return built.resolve("sn-gateway_" + version + "_" + architecture + ".deb");
    }

    private static List<String> contents(Path deb) throws Exception {
        return run(List.of("dpkg-deb", "--contents", deb.toString()))
                .output
                .lines()
                .toList();
    }

    private static boolean isInstalled(String program) {
        return Stream.of("/usr/bin", "/bin", "/usr/sbin")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Outcome run(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SN_SKIP_BUILD", "1");
        builder.environment().put("DPKG_DEB_COMPRESSOR_LEVEL", "0");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }
}
