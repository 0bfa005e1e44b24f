// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file for each device.
 *
 * @param path its path, where {@code %c} stands for the device's client id
 */
public record FileTemplate(String path) {
    /** What a client id may be that becomes part of a path: it must not lead anywhere else. */
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

    /**
     * The file of a device; empty when its client id cannot be part of a path. Only ids of {@code A-Z a-z 0-9 . _ -} that do not begin
     * with a dot can.
     */
    public Optional<Path> of(String clientId) {
        if (!path.contains(DeviceUpstreamConfig.CLIENT_ID)) {
            return Optional.of(Path.of(path));
        }
        return HARMLESS.matcher(clientId).matches()
                ? Optional.of(Path.of(path.replace(DeviceUpstreamConfig.CLIENT_ID, clientId)))
                : Optional.empty();
    }
}
