// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import org.sngateway.codec.DecodeResult;
import org.sngateway.transport.DeviceAddress;

/**
 * A frame that passed the gateway.
 *
 * @param number counts the frames that a reader was to see, those left out included
 * @param nanos when, on the clock of the loops
 * @param sent whether the gateway sent it; else it arrived
 * @param address where the device is
 * @param device its client id; empty where it has no session
 * @param frame what it was; one that was sent is a message always
 * @param octets how long it was, without what the transport puts around it; of a malformed frame what is known of it
 */
public record TracedFrame(
        long number, long nanos, boolean sent, DeviceAddress address, String device, DecodeResult frame, int octets) {}
