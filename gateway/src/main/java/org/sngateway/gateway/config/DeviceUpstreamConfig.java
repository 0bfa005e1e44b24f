// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.fileTemplate;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.rate;
import static org.sngateway.gateway.config.ScalarTypes.text;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code upstream.device}: the connections of devices when each has its own. A device's credentials are those of its entry in
 * the credentials file; what is not there, what the templates say; what they do not say, the gateway's own, from {@code upstream}.
 *
 * @param clientId the MQTT client id, where {@code %c} stands for the device's and is there
 * @param username the user name, where {@code %c} stands for the device's client id; null for the gateway's
 * @param passwordFile a file that holds the password; null for the gateway's
 * @param certificate a PEM file that holds the certificate; null for the gateway's
 * @param key its private key; null exactly when {@code certificate} is
 * @param credentialsFile what {@link DeviceCredentials#readAll} reads; devices that are not in it are refused; null for none
 * @param connectsPerSecond key {@code connect-rate}: connections to open in a second, 1..100000; empty for any number
 */
public record DeviceUpstreamConfig(
        String clientId,
        @Nullable String username,
        @Nullable FileTemplate passwordFile,
        @Nullable FileTemplate certificate,
        @Nullable FileTemplate key,
        @Nullable Path credentialsFile,
        Optional<Integer> connectsPerSecond) {
    /** Stands for the device's client id. */
    static final String CLIENT_ID = "%c";

    /** The MQTT client id of a device. */
    public String clientIdOf(String device) {
        return clientId.replace(CLIENT_ID, device);
    }

    /** The user name of a device; null for the gateway's. */
    public @Nullable String usernameOf(String device) {
        return username == null ? null : username.replace(CLIENT_ID, device);
    }

    static DeviceUpstreamConfig read(Section in) {
        DeviceUpstreamConfig config = new DeviceUpstreamConfig(
                in.value(
                        "client-id",
                        text(
                                "1 to 1024 printable characters, with %c for the device's client id in it",
                                text -> UpstreamConfig.isName(text) && text.contains(CLIENT_ID)),
                        CLIENT_ID),
                in.optional(
                        "username",
                        text(
                                "1 to 1024 printable characters, where %c stands for the device's client id",
                                UpstreamConfig::isName)),
                in.optional("password-file", fileTemplate()),
                in.optional("certificate", fileTemplate()),
                in.optional("key", fileTemplate()),
                in.optional("credentials-file", DeviceCredentials.file()),
                in.value("connect-rate", orOff(rate(1, 100_000)), Optional.of(200)));
        if (in.has("certificate") != in.has("key")) {
            in.problem(
                    in.has("certificate") ? "certificate" : "key",
                    in.has("certificate") ? "has no key" : "has no certificate",
                    TlsConfig.CERTIFICATE_WITHOUT_KEY);
        }
        return config;
    }
}
