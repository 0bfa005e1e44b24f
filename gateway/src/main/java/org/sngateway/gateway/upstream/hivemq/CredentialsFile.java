// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.DeviceCredentials;
import org.sngateway.gateway.config.InvalidConfigException;

/**
 * The credentials of devices in a file, which is read again when it has changed; if something is wrong with it then, it counts as it
 * was before. Looking at it blocks; thread-safe.
 */
final class CredentialsFile {
    private static final Logger log = LoggerFactory.getLogger(CredentialsFile.class);

    private final Path file;
    private Map<String, DeviceCredentials> devices = Map.of();
    private @Nullable FileTime version;

    CredentialsFile(Path file) {
        this.file = file;
    }

    /** @throws UnusableCredentialsException when the device is not in the file */
    DeviceCredentials of(String device) throws UnusableCredentialsException {
        DeviceCredentials credentials = current().get(device);
        if (credentials == null) {
            throw new UnusableCredentialsException("device " + device + " is not in " + file);
        }
        return credentials;
    }

    private synchronized Map<String, DeviceCredentials> current() {
        try {
            FileTime found = Files.getLastModifiedTime(file);
            if (!found.equals(version)) {
                version = found;
                devices = DeviceCredentials.readAll(file);
            }
        } catch (IOException failure) {
            if (version != null) {
                version = null;
                log.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("reason", failure)
                        .log("credentials file is gone");
            }
        } catch (InvalidConfigException failure) {
            failure.problems()
                    .forEach(problem ->
                            log.atWarn().addKeyValue("problem", problem).log("credentials file not taken"));
        }
        return devices;
    }
}
