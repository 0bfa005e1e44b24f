// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A broker and the version of MQTT to speak with it: one run of a test that must hold for all. The source of such a test is
 * {@code @MethodSource("org.sngateway.testsupport.broker.BrokerCase#all")}.
 *
 * @param kind which broker
 * @param version one that it speaks
 */
public record BrokerCase(BrokerKind kind, MqttVersion version) {
    /** Every broker in every version it speaks, installed or not: {@link #start} skips what is not. */
    public static Stream<BrokerCase> all() {
        return Arrays.stream(BrokerKind.values())
                .flatMap(kind -> kind.versions().stream().map(version -> new BrokerCase(kind, version)));
    }

    /** Those of {@link #all} that support all of {@code features}. */
    public static Stream<BrokerCase> with(BrokerFeature... features) {
        return all().filter(broker -> Arrays.stream(features).allMatch(broker::supports));
    }

    /** Whether the broker has the feature for clients of this version. */
    public boolean supports(BrokerFeature feature) {
        return kind.supports(feature, version);
    }

    /** {@link BrokerKind#start(Path)}. */
    public TestBroker start(Path directory) throws IOException {
        return kind.start(directory);
    }

    @Override
    public String toString() {
        return kind + ", " + version;
    }
}
