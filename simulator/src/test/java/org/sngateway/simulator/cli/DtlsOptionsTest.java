// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.testsupport.broker.TestCertificates;
import picocli.CommandLine;

/** What {@code sn-sim} says of DTLS options that cannot be used. */
final class DtlsOptionsTest {
    private static final String DAMAGED = "damaged.pem";
    private static final String OTHER_KIND = "other-kind.pem";
    private static final String EMPTY = "empty.pem";
    private static final String GARBAGE = "garbage.pem";

    @TempDir
    private static Path directory;

    private static Path authority = Path.of("");
    private static TestCertificates.Identity node = new TestCertificates.Identity(Path.of(""), Path.of(""));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeFiles() throws IOException {
        TestCertificates certificates = TestCertificates.create(directory);
        authority = certificates.authority();
        node = certificates.client("node");
        write(EMPTY, "");
        write(GARBAGE, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        write(DAMAGED, "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n");
        write(OTHER_KIND, "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n");
    }

    private static void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }

    /** In {@code arguments} CA, CERT and KEY stand for files that are in order, and DIR for where the others are. */
    private int execute(String arguments) {
        String[] all = Stream.of(("run " + arguments).split(" +"))
                .map(argument -> argument.equals("CA")
                        ? authority.toString()
                        : argument.equals("CERT")
                                ? node.certificate().toString()
                                : argument.equals("KEY")
                                        ? node.key().toString()
                                        : argument.replace("DIR", "" + directory))
                .toArray(String[]::new);
        CommandLine command = SnSim.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(all);
    }

    private void expectRefusal(String arguments, String message) {
        assertThat(execute(arguments)).as(err.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines().findFirst()).hasValue(message.replace("DIR", directory.toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                             | --transport dtls needs --psk-identity and --psk-key, or --ca",
                "--psk-identity a                             | --psk-identity and --psk-key go together",
                "--psk-key 00                                 | --psk-identity and --psk-key go together",
                "--psk-identity a --psk-key 00 --ca CA        | --transport dtls needs --psk-identity and --psk-key, or --ca",
                "--ca CA --certificate CERT                   | --certificate and --key go together, and with --ca",
                "--ca CA --key KEY                            | --certificate and --key go together, and with --ca",
                "--psk-identity a --psk-key 00 --certificate CERT --key KEY"
                        + "                                   | --certificate and --key go together, and with --ca",
                "--psk-identity a --psk-key 00 --change-port -1 | --change-port is -1, allowed is 0 or more"
            })
    void shouldRefuseOptionsThatDoNotGoTogether(@Nullable String arguments, String message) {
        expectRefusal("--transport dtls " + (arguments == null ? "" : arguments), message);
    }

    @ParameterizedTest
    @CsvSource({"0", "0g", "text:", "''"})
    void shouldRefuseAKeyThatIsNoneAndNotShowIt(String key) {
        String[] arguments = {"run", "--transport", "dtls", "--psk-identity", "a", "--psk-key=" + key};
        CommandLine command = SnSim.commandLine();
        command.setErr(new PrintWriter(err, true));

        assertThat(command.execute(arguments)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines().findFirst())
                .hasValue("--psk-key is not 1 to 64 octets in hexadecimal, or after text:");
    }

    @Test
    void shouldRefuseAKeyThatIsTooLong() {
        expectRefusal(
                "--transport dtls --psk-identity a --psk-key " + "00".repeat(65),
                "--psk-key is not 1 to 64 octets in hexadecimal, or after text:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ca DIR/none.pem                                  | --ca: there is no file DIR/none.pem",
                "--ca DIR                                           | --ca: DIR cannot be read: Is a directory",
                "--ca DIR/empty.pem                                 | --ca: DIR/empty.pem holds no certificate",
                "--ca CA --certificate DIR/none.pem --key KEY       | --certificate: there is no file DIR/none.pem",
                "--ca CA --certificate DIR/empty.pem --key KEY      | --certificate: DIR/empty.pem holds no certificate",
                "--ca CA --certificate CERT --key DIR/none.pem      | --key: there is no file DIR/none.pem",
                "--ca CA --certificate CERT --key CERT              | --key: CERT holds no private key (-----BEGIN PRIVATE KEY-----)",
                "--ca CA --certificate CERT --key DIR/damaged.pem   | --key: DIR/damaged.pem holds a private key that is damaged",
                "--ca CA --certificate CERT --key DIR/other-kind.pem"
                        + " | --key: DIR/other-kind.pem holds a private key that is neither EC nor RSA, or is damaged"
            })
    void shouldNameAFileThatCannotBeUsed(String arguments, String message) {
        expectRefusal("--transport dtls " + arguments, message.replace("CERT holds", node.certificate() + " holds"));
    }

    @Test
    void shouldNameACertificateThatCannotBeRead() {
        assertThat(execute("--transport dtls --ca " + directory.resolve(GARBAGE)))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("--ca: " + directory.resolve(GARBAGE) + " holds no certificate that can be read: ");
    }

    @ParameterizedTest
    @CsvSource({
        "--psk-identity a --psk-key 00, --psk-identity",
        "--psk-key 00, --psk-key",
        "--ca CA, --ca",
        "--certificate CERT, --certificate",
        "--key KEY, --key",
        "--no-connection-id, --no-connection-id",
        "--change-port 10, --change-port"
    })
    void shouldRefuseThemWithAnotherTransport(String arguments, String option) {
        for (String transport : new String[] {"udp", "serial --port p"}) {
            err.getBuffer().setLength(0);
            expectRefusal("--transport " + transport + " " + arguments, option + " is for --transport dtls only");
        }
    }
}
