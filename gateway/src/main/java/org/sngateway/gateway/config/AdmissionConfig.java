// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;

/**
 * Section {@code admission}: who may do what.
 *
 * @param qosMinusOne key {@code qos-minus-one}: whether a PUBLISH of QoS -1 is passed on, which needs no connection and so can come
 *     from anybody
 */
public record AdmissionConfig(boolean qosMinusOne) {
    static AdmissionConfig read(Section in) {
        in.unsupported("allow", "publish", "subscribe", "rate");
        return new AdmissionConfig(in.value("qos-minus-one", bool(), false));
    }
}
