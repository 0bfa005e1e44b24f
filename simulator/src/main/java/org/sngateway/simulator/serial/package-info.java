// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes on a serial line: {@link org.sngateway.simulator.serial.SerialNetwork} is the device at the end of a line, the forwarder there, or
 * the XBee module with its nodes. {@link org.sngateway.simulator.serial.NullModem} is a line without hardware.
 * <p>Touches: {@code transports} for lines and framings, {@code sn-codec}, {@code simulator.node}.
 * <p>Threading: each type says.
 */
@NullMarked
package org.sngateway.simulator.serial;

import org.jspecify.annotations.NullMarked;
