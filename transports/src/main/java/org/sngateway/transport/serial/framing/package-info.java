// SPDX-License-Identifier: Apache-2.0
/**
 * How frames are told apart in a stream of octets, and what an XBee module puts around them: SLIP with and without a CRC, MQTT-SN's
 * own Length, Digi's API frames. Pure: no port, no thread, no clock.
 * <p>Touches: {@code codec} for message headers.
 * <p>Threading: encoders have no state; a decoder belongs to the thread that feeds it.
 */
@NullMarked
package org.sngateway.transport.serial.framing;

import org.jspecify.annotations.NullMarked;
