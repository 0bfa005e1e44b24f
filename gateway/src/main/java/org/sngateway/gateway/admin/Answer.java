// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.nio.charset.StandardCharsets;

/**
 * An HTTP answer.
 *
 * @param status 200..599
 * @param contentType of the body
 * @param body not changed after this was made
 */
@SuppressWarnings("ArrayRecordComponent") // made to be sent, never compared
record Answer(int status, String contentType, byte[] body) {
    static Answer json(int status, String body) {
        return new Answer(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    /** What is wrong, for a person and for a page. */
    static Answer error(int status, String why) {
        return json(status, "{\"error\":" + Json.string(why) + "}\n");
    }

    /** One line for a person. */
    static Answer text(int status, String line) {
        return new Answer(status, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
