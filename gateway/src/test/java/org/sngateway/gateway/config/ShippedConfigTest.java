// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

class ShippedConfigTest {
    private static final Path SHIPPED = Path.of(System.getProperty("sn.home"), "conf", "sn-gateway.yaml");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^( *)#(?=[a-z-]+:)");
    /** A listener that is no default: its keys stand after a comment sign and two spaces, or a hyphen and one. */
    private static final Pattern OTHER_LISTENER = Pattern.compile("(?m)^( *)#(- |  )(?=[a-z-]+:)");

    @TempDir
    private Path directory;

    @Test
    void shouldSayTheDefaults() throws Exception {
        assertThat(ConfigReader.read(SHIPPED)).isEqualTo(GatewayConfig.defaults());
    }

    @Test
    void shouldMentionEveryKey() throws IOException {
        ConfigSource source = new ConfigSource(SHIPPED);
        GatewayConfig ignored = ConfigReader.read(source, YamlFile.parse(source, SHIPPED));

        Path withExamples = writeWithExamples();
        Optional<Node> root = YamlFile.parse(new ConfigSource(withExamples), withExamples);
        Set<String> mentioned = new TreeSet<>();
        collectKeys("", root.orElseThrow(), mentioned);

        assertThat(source.knownKeys())
                .contains("gateway.id", "listeners[0].bind", "upstream.username", "sessions.sleep-buffer.bytes");
        assertThat(mentioned).containsAll(source.knownKeys());
    }

    @Test
    void shouldStayValidWithItsExamples() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "secret");
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=gateway")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("ca.pem"), certificate.getCertificatePEM());
        Files.writeString(directory.resolve("gateway.pem"), certificate.getCertificatePEM());
        Files.writeString(directory.resolve("gateway.key"), certificate.getPrivateKeyPEM());
        Path devices = Files.writeString(directory.resolve("devices.yaml"), "");
        Path clients = Files.writeString(directory.resolve("clients.yaml"), "");
        Path token = Files.writeString(directory.resolve("admin.token"), "0123456789abcdef");

        GatewayConfig config = ConfigReader.read(writeWithExamples());

        assertThat(config.upstream().username()).isEqualTo("gateway");
        assertThat(config.upstream().passwordFile()).isEqualTo(password);
        assertThat(config.upstream().tls().key()).isEqualTo(directory.resolve("gateway.key"));
        assertThat(config.upstream().device().credentialsFile()).isEqualTo(devices);
        assertThat(config.admission().allow()).containsExactly("pump-*", "meter-*");
        assertThat(config.admission().publish()).hasSize(1);
        assertThat(config.admission().clients())
                .isNotNull()
                .extracting(ClientsFile::file)
                .isEqualTo(clients);
        assertThat(config.admin().tokenFile()).isEqualTo(token);
        assertThat(config.discovery().groups()).hasSize(1);
        assertThat(config.discovery().interfaces()).isNotEmpty();
    }

    @Test
    void shouldShowASerialListenerWithEveryKeyAndItsDefault() throws Exception {
        Path shown = Files.writeString(directory.resolve("serial.yaml"), "listeners:\n" + serialExample());
        Path shortest = Files.writeString(
                directory.resolve("shortest.yaml"), "listeners: [{ type: serial, port: /dev/ttyUSB0 }]");

        ConfigSource source = new ConfigSource(shown);
        GatewayConfig ignored = ConfigReader.read(source, YamlFile.parse(source, shown));
        Set<String> mentioned = new TreeSet<>();
        collectKeys("", YamlFile.parse(new ConfigSource(shown), shown).orElseThrow(), mentioned);

        assertThat(ConfigReader.read(shown)).isEqualTo(ConfigReader.read(shortest));
        assertThat(mentioned)
                .containsAll(source.knownKeys().stream()
                        .filter(key -> key.startsWith("listeners["))
                        .toList());
    }

    /** The lines of the example, without their first #. */
    private static String serialExample() throws IOException {
        return Files.readAllLines(SHIPPED).stream()
                .dropWhile(line -> !line.equals("  #- type: serial"))
                .takeWhile(line -> line.startsWith("  #"))
                .map(line -> line.replaceFirst("#", ""))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void shouldDescribeADtlsListener() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=gateway")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("ca.pem"), certificate.getCertificatePEM());
        Files.writeString(directory.resolve("gateway.pem"), certificate.getCertificatePEM());
        Files.writeString(directory.resolve("gateway.key"), certificate.getPrivateKeyPEM());
        Files.writeString(directory.resolve("psk.txt"), "pump-7: 00ff");
        String text = OTHER_LISTENER.matcher(Files.readString(SHIPPED)).replaceAll("$1$2");
        Path withListener = Files.writeString(directory.resolve("with-listener.yaml"), text);
        ConfigSource source = new ConfigSource(withListener);

        GatewayConfig config = ConfigReader.read(source, YamlFile.parse(source, withListener));
        source.throwIfInvalid();

        Set<String> mentioned = new TreeSet<>();
        collectKeys("", YamlFile.parse(source, withListener).orElseThrow(), mentioned);
        Set<String> ofListener = new TreeSet<>(source.knownKeys());
        ofListener.removeIf(key -> !key.startsWith("listeners[1]"));
        assertThat(ofListener).contains("listeners[1].psk-file");
        assertThat(mentioned).containsAll(ofListener);
        Path least = Files.writeString(directory.resolve("least.yaml"), """
                listeners:
                  - { type: dtls, psk-file: psk.txt, certificate: gateway.pem, key: gateway.key, ca: ca.pem }
                """);
        assertThat(config.listeners())
                .contains(ConfigReader.read(least).listeners().get(0));
    }

    private Path writeWithExamples() throws IOException {
        String text = EXAMPLE.matcher(Files.readString(SHIPPED)).replaceAll("$1");
        return Files.writeString(directory.resolve("sn-gateway.yaml"), text);
    }

    private static void collectKeys(String path, Node node, Set<String> keys) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                String name = ((ScalarNode) tuple.getKeyNode()).getValue();
                String key = path.isEmpty() ? name : path + "." + name;
                keys.add(key);
                collectKeys(key, tuple.getValueNode(), keys);
            }
        } else if (node instanceof SequenceNode list) {
            for (int i = 0; i < list.getValue().size(); i++) {
                collectKeys(path + "[" + i + "]", list.getValue().get(i), keys);
            }
        }
    }
}
