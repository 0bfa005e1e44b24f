// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT-SN over serial lines, and over the radio modules at their ends: {@link org.sngateway.transport.serial.SerialTransport}. Below it,
 * {@link org.sngateway.transport.serial.SerialLine} keeps one port open and moves frames, for either end of a line.
 * <p>Touches: {@code transport}, {@code transport.loop}, {@code transport.serial.framing}, {@code codec}, and jSerialComm in
 * {@link org.sngateway.transport.serial.JSerialCommPorts} only.
 * <p>Threading: each line has a thread that opens and reads and one that writes. Frames are posted to one owner loop; whatever sends puts
 * into a bounded queue and goes on.
 */
@NullMarked
package org.sngateway.transport.serial;

import org.jspecify.annotations.NullMarked;
