// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

/**
 * Why there is no connection to the broker.
 *
 * @param reason for people: what the broker or the network said
 */
public record Disconnection(Cause cause, String reason) {
    /** What a metric counts and a device's answer depends on. */
    public enum Cause {
        /** The host is unknown, nobody listens, or the network is down. */
        UNREACHABLE,
        /** The broker did not answer in time. */
        TIMEOUT,
        /** TLS could not be agreed: an untrusted or expired certificate, another name, no common version. */
        TLS,
        /** A key, certificate or password of our own cannot be read. */
        CREDENTIALS,
        /** The broker does not let us in: user name, password, client id, or it is not allowed. */
        NOT_AUTHORIZED,
        /** The broker has no room for us now. */
        BUSY,
        /** What the peer sends is not MQTT of the configured version, or it says so of us. */
        PROTOCOL,
        /** Another connection with the same client id has taken the session over. */
        TAKEN_OVER,
        /** An established connection ended. */
        LOST,
        /** We closed it. */
        CLOSED
    }

    /** What a device is told that wanted to connect. */
    public PublishOutcome outcome() {
        return cause == Cause.NOT_AUTHORIZED || cause == Cause.CREDENTIALS
                ? PublishOutcome.REFUSED
                : PublishOutcome.CONGESTION;
    }
}
