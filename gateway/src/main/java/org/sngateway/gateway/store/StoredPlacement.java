// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.sngateway.codec.message.Qos;

/**
 * Where a filter lives towards the broker.
 *
 * @param filter with the gateway's prefix
 * @param lane 0 or more
 * @param granted what the broker granted, 0..2
 */
public record StoredPlacement(String filter, int lane, Qos granted) {}
