// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.rate;

import java.util.Optional;

/**
 * Section {@code admission.rate}: how much may come.
 *
 * @param perDevice messages of one device in a second, 1..1000000; empty for any number
 * @param perSource datagrams of one source in a second, 1..1000000; empty for any number
 */
public record RateConfig(Optional<Integer> perDevice, Optional<Integer> perSource) {
    static final int MAX_PER_SECOND = 1_000_000;

    static RateConfig read(Section in) {
        return new RateConfig(
                in.value("per-device", orOff(rate(1, MAX_PER_SECOND)), Optional.empty()),
                in.value("per-source", orOff(rate(1, MAX_PER_SECOND)), Optional.empty()));
    }
}
