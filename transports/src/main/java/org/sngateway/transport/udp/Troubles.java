// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What does not work with multicast at the moment: each thing is said once, and once more when it works again. Confined to one loop. */
final class Troubles {
    private static final Logger log = LoggerFactory.getLogger(Troubles.class);

    private final String listener;
    private final Set<String> present = new HashSet<>();

    /** @param listener whose multicast it is, for the log */
    Troubles(String listener) {
        this.listener = listener;
    }

    /** @param what a thing to do, always in the same words */
    void failed(String what, String reason) {
        if (present.add(what)) {
            log.atWarn()
                    .addKeyValue("listener", listener)
                    .addKeyValue("what", what)
                    .addKeyValue("reason", reason)
                    .log("multicast does not work; it is tried again");
        }
    }

    void worked(String what) {
        if (present.remove(what)) {
            log.atInfo()
                    .addKeyValue("listener", listener)
                    .addKeyValue("what", what)
                    .log("multicast works again");
        }
    }
}
