// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

/** Who sent a frame: some messages and fields are legal in one direction only (MQTT-SN 1.2 §5.4). */
public enum Sender {
    DEVICE,
    GATEWAY
}
