// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.gateway.config.DeviceUpstreamConfig;
import org.sngateway.gateway.config.FileTemplate;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;

/** Whose credentials are used. */
class AttemptMakerTest {
    private static final ServerAddress SERVER = new ServerAddress("127.0.0.1", 1883);
    private static final Identity GATEWAY = new Identity.OfGateway();

    @TempDir
    private Path directory;

    private static Identity device(String clientId) {
        return new Identity.OfDevice(clientId);
    }

    private static String login(AttemptMaker maker, Identity identity)
            throws IOException, UnusableCredentialsException {
        return Optional.ofNullable(maker.make(SERVER, identity).login())
                .map(login -> login.getUsername().map(MqttUtf8String::toString).orElse("-")
                        + ":"
                        + login.getPassword().map(AttemptMakerTest::text).orElse("-"))
                .orElse("none");
    }

    private static String text(ByteBuffer octets) {
        return StandardCharsets.UTF_8.decode(octets).toString();
    }

    private AttemptMaker maker(DeviceUpstreamConfig devices) throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "of-gateway\r\n");
        return new AttemptMaker(
                UpstreamConfigs.to(SERVER)
                        .login("gateway", password)
                        .device(devices)
                        .build(),
                Runnable::run);
    }

    private static DeviceUpstreamConfig templates(String username, @Nullable FileTemplate passwordFile) {
        return new DeviceUpstreamConfig("site-%c", username, passwordFile, null, null, null, Optional.empty());
    }

    @Test
    void shouldUseTheGatewaysOwnWhereNothingElseIsGiven() throws Exception {
        AttemptMaker maker = maker(new DeviceUpstreamConfig("%c", null, null, null, null, null, Optional.empty()));

        assertThat(login(maker, GATEWAY)).isEqualTo("gateway:of-gateway");
        assertThat(login(maker, device("pump-1"))).isEqualTo("gateway:of-gateway");
        assertThat(login(new AttemptMaker(UpstreamConfigs.to(SERVER).build(), Runnable::run), device("pump-1")))
                .isEqualTo("none");
    }

    @Test
    void shouldPutTheClientIdIntoTheTemplates() throws Exception {
        Files.writeString(directory.resolve("pump-1.password"), "of-pump-1\n");
        AttemptMaker maker = maker(templates("u-%c-%c", new FileTemplate(directory + "/%c.password")));

        assertThat(login(maker, device("pump-1"))).isEqualTo("u-pump-1-pump-1:of-pump-1");
        assertThat(login(maker, GATEWAY)).isEqualTo("gateway:of-gateway");
        assertThat(maker.clientId(new Spec("x", device("pump-1"), true, true, null)))
                .isEqualTo("site-pump-1");
        assertThat(maker.clientId(new Spec("x", GATEWAY, true, true, null))).isEqualTo("x");
        assertThatThrownBy(() -> login(maker, device("pump-2")))
                .isInstanceOf(UnusableCredentialsException.class)
                .hasMessageContaining("pump-2.password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".pump", "../pump", "a/b", "a\\b", "a\0", "ä", "a b", "%c"})
    void shouldNotLetAClientIdLeadAnywhere(String clientId) throws Exception {
        AttemptMaker maker = maker(templates("u", new FileTemplate(directory + "/%c")));

        assertThatThrownBy(() -> login(maker, device(clientId)))
                .isInstanceOf(UnusableCredentialsException.class)
                .hasMessageContaining("cannot be part of the path");
    }

    @Test
    void shouldUseWhatTheCredentialsFileSaysAndReadItAgainWhenItHasChanged() throws Exception {
        Path file = write("pump-1: { username: p1, password: one }\npump-2: { password: two }\npump-3:\n", 1);
        AttemptMaker maker = maker(new DeviceUpstreamConfig("%c", "u-%c", null, null, null, file, Optional.empty()));

        assertThat(login(maker, device("pump-1"))).isEqualTo("p1:one");
        assertThat(login(maker, device("pump-2"))).isEqualTo("u-pump-2:two");
        assertThat(login(maker, device("pump-3"))).isEqualTo("u-pump-3:of-gateway");
        assertThat(login(maker, GATEWAY)).isEqualTo("gateway:of-gateway");
        assertThatThrownBy(() -> login(maker, device("pump-4")))
                .isInstanceOf(UnusableCredentialsException.class)
                .hasMessage("device pump-4 is not in " + file);

        write("pump-4: { password: four }\n", 2);
        assertThat(login(maker, device("pump-4"))).isEqualTo("u-pump-4:four");
        assertThatThrownBy(() -> login(maker, device("pump-1"))).isInstanceOf(UnusableCredentialsException.class);

        write("pump-4: { pasword: five }\n", 3);
        assertThat(login(maker, device("pump-4"))).as("as it was before").isEqualTo("u-pump-4:four");
        Files.delete(file);
        assertThat(login(maker, device("pump-4"))).as("as it was before").isEqualTo("u-pump-4:four");
    }

    private Path write(String text, int version) throws IOException {
        Path file = Files.writeString(directory.resolve("devices.yaml"), text);
        return Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(version)));
    }

    @Test
    void shouldReadThePasswordForEachAttempt() throws Exception {
        AttemptMaker maker = maker(templates("u", null));
        assertThat(login(maker, GATEWAY)).isEqualTo("gateway:of-gateway");

        Files.writeString(directory.resolve("password"), "another");

        assertThat(login(maker, GATEWAY)).isEqualTo("gateway:another");
        Files.delete(directory.resolve("password"));
        assertThatThrownBy(() -> login(maker, GATEWAY))
                .isInstanceOf(UnusableCredentialsException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void shouldSayThatAHostIsUnknown() throws Exception {
        AttemptMaker maker = maker(templates("u", null));
        assertThatThrownBy(() -> maker.make(new ServerAddress("broker.invalid", 1883), GATEWAY))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("unknown host broker.invalid");
    }
}
