// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.text;

import java.util.regex.Pattern;

/**
 * Section {@code gateway}: who this gateway is.
 *
 * @param id GwId in ADVERTISE and GWINFO, 0..255
 * @param name begins the client ids of its connections to the broker: 1..64 of {@code A-Z a-z 0-9 . _ -}
 * @param shards threads that share the devices, 1..64; 0 for one per processor
 */
public record IdentityConfig(int id, String name, int shards) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    static IdentityConfig read(Section in) {
        return new IdentityConfig(
                in.value("id", integer(0, 255), 1),
                in.value(
                        "name",
                        text(
                                "1 to 64 of A-Z a-z 0-9 . _ -",
                                t -> NAME.matcher(t).matches()),
                        "sn-gateway"),
                in.value("shards", integer(0, 64), 0));
    }
}
