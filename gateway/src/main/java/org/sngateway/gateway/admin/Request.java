// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.Map;

/**
 * What a client asks of a {@link Resource}, decoded and within the limits.
 *
 * @param id what stands at the place of <code>{id}</code> in the path; empty where it has none
 * @param parameters of the query, only such as the route knows
 * @param body of an action, 0..{@link AdminServer#MAX_BODY_OCTETS} octets of JSON
 * @param authorised whether it came with the token; always for an action
 */
@SuppressWarnings("ArrayRecordComponent") // made to be read once, never compared
record Request(String id, Map<String, String> parameters, byte[] body, boolean authorised) {
    /** A parameter's value; empty when it is not in the query. */
    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }
}
