// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/**
 * A QoS 2 PUBLISH of a device that was passed on and that the device has not released.
 *
 * @param msgId 1..65535
 * @param checksum of its content, as the session computes it
 */
public record StoredExchange(String clientId, int msgId, long checksum) {}
