// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

/** Which normal topic id a topic name gets. */
public enum IdChoice {
    /** The next one, from 1: small, and of no meaning to another gateway. */
    NEXT,
    /** One that follows from the name, so that gateways that know nothing of each other give the same (docs/adr/0012). */
    BY_NAME
}
