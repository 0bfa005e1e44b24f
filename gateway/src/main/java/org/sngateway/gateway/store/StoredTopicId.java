// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/**
 * A normal topic id of a device, good in both directions.
 *
 * @param id 1..65534
 * @param confirmed whether the device is known to know it
 */
public record StoredTopicId(String clientId, int id, String name, boolean confirmed) {}
