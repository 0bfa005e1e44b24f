// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.listOf;
import static org.sngateway.gateway.config.ValueType.oneOrListOf;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code admission}: who may do what.
 *
 * @param networks from where datagrams may come
 * @param allow patterns of the client ids that may connect; none for all, unless there is a {@code clientsFile}
 * @param publish who may publish to what; none for everybody to everything, unless the {@code clientsFile} has such rules
 * @param subscribe who may subscribe to what, likewise
 * @param rate how much may come
 * @param connectsPerSecond key {@code connect-rate}: CONNECTs in a second for the whole gateway, 1..1000000; empty for any number
 * @param clients key {@code clients-file}: what holds for single devices; null for none
 * @param qosMinusOne key {@code qos-minus-one}: whether a PUBLISH of QoS -1 is passed on, which needs no connection and so can come
 *     from anybody
 */
public record AdmissionConfig(
        NetworksConfig networks,
        List<String> allow,
        List<TopicRule> publish,
        List<TopicRule> subscribe,
        RateConfig rate,
        Optional<Integer> connectsPerSecond,
        @Nullable ClientsFile clients,
        boolean qosMinusOne) {
    public AdmissionConfig {
        allow = List.copyOf(allow);
        publish = List.copyOf(publish);
        subscribe = List.copyOf(subscribe);
    }

    /** The type of a pattern for client ids. */
    static Scalar<String> pattern() {
        return text(
                "a client id of 1 to 256 characters, where * stands for any characters and ? for one",
                ClientIdPattern::isValid);
    }

    static AdmissionConfig read(Section in) {
        return new AdmissionConfig(
                in.section("networks", NetworksConfig::read),
                in.value("allow", oneOrListOf(pattern()), List.of()),
                in.value("publish", listOf(section(TopicRule::read)), List.of()),
                in.value("subscribe", listOf(section(TopicRule::read)), List.of()),
                in.section("rate", RateConfig::read),
                in.value("connect-rate", orOff(ScalarTypes.rate(1, RateConfig.MAX_PER_SECOND)), Optional.empty()),
                in.optional("clients-file", ClientsFile.type()),
                in.value("qos-minus-one", bool(), false));
    }
}
