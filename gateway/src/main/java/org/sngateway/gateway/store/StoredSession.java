// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a session itself.
 *
 * @param cleanSession whether it ends with the connection
 * @param keepAliveSeconds as the device asked in CONNECT, 0..65535
 * @param sleepSeconds the duration it went to sleep with, 0..65535; 0 when it does not sleep
 * @param state a word of the session's own
 * @param deadlineMillis when it must have been heard of, in milliseconds of the epoch; 0 for never (NULL in the file)
 * @param will null for none
 * @param address where it is, as text of the session's own; null when it is not connected, or unknown
 * @param identity who has proved to be the device; null while nobody had to
 */
public record StoredSession(
        String clientId,
        boolean cleanSession,
        int keepAliveSeconds,
        int sleepSeconds,
        String state,
        long deadlineMillis,
        @Nullable StoredWill will,
        @Nullable String address,
        @Nullable String identity) {
    int octets() {
        return clientId.length()
                + state.length()
                + (will != null ? will.octets() : 0)
                + (address != null ? address.length() : 0)
                + (identity != null ? identity.length() : 0);
    }
}
