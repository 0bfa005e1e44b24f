// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

/** Told once what became of a published message. */
@FunctionalInterface
public interface PublishListener {
    /** Called on the loop of the uplink that took the message, possibly before {@link Uplink#publish} returns. */
    void onPublished(PublishOutcome outcome);
}
