// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.Serial;

/** The peer of a sink connection broke MQTT, or asked for what the sink does not offer; the connection is closed. */
final class MqttViolation extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    MqttViolation(String message) {
        super(message, null, false, false);
    }
}
