// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

/** The versions of MQTT that the gateway speaks towards brokers. */
public enum MqttVersion {
    MQTT_3_1_1("MQTT 3.1.1"),
    MQTT_5("MQTT 5");

    private final String title;

    MqttVersion(String title) {
        this.title = title;
    }

    /** As the standard is called. */
    @Override
    public String toString() {
        return title;
    }
}
