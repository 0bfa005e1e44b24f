// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import java.util.Arrays;
import java.util.stream.Stream;
import org.sngateway.gateway.config.UpstreamConfig.Mode;
import org.sngateway.testsupport.broker.BrokerCase;
import org.sngateway.testsupport.broker.BrokerFeature;
import org.sngateway.testsupport.broker.MqttVersion;

/**
 * One run of the contract.
 *
 * @param broker and the version of MQTT
 * @param mode how devices are put on connections
 */
record Variant(BrokerCase broker, Mode mode) {
    /** When set, only variants whose name contains it are run, such as {@code -Dsn.contract=Mosquitto}. */
    private static final String ONLY = "sn.contract";

    /** All of them; those of one broker follow each other. */
    static Stream<Variant> all() {
        String wanted = System.getProperty(ONLY, "");
        return BrokerCase.all()
                .flatMap(broker -> Arrays.stream(Mode.values()).map(mode -> new Variant(broker, mode)))
                .filter(variant -> variant.toString().contains(wanted));
    }

    boolean isPooled() {
        return mode == Mode.POOLED;
    }

    boolean isMqtt5() {
        return broker.version() == MqttVersion.MQTT_5;
    }

    boolean supports(BrokerFeature feature) {
        return broker.supports(feature);
    }

    /** The highest QoS at this broker. */
    int maxQos() {
        return supports(BrokerFeature.QOS_2) ? 2 : 1;
    }

    @Override
    public String toString() {
        return broker + ", " + (isPooled() ? "pooled" : "per device");
    }
}
