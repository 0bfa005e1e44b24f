// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

/** Why something was not admitted: the label under which it is counted, in the order in which it is looked at. */
public enum Refusal {
    /** A datagram from a network that may not send ({@code admission.networks}). */
    NETWORK,
    /** A datagram beyond the rate of its source ({@code admission.rate.per-source}). */
    SOURCE_RATE,
    /** A frame larger than its listener accepts ({@code listeners[].max-frame}). */
    MAX_FRAME,
    /** A client id that is empty or too long ({@code sessions.max-client-id}). */
    MAX_CLIENT_ID,
    /** A client id that may not connect ({@code admission.allow}, {@code admission.clients-file}). */
    CLIENT_ID,
    /** A client id that is somebody else's: the identity that was proved, or was not, may not use it. */
    IDENTITY,
    /** A CONNECT beyond the rate of the gateway ({@code admission.connect-rate}). */
    CONNECT_RATE,
    /** A CONNECT when there are as many sessions as there may be ({@code sessions.max}). */
    MAX_SESSIONS,
    /** A message beyond the rate of its device ({@code admission.rate.per-device}). */
    DEVICE_RATE,
    /** A message or a REGISTER for a topic that the device may not publish to ({@code admission.publish}). */
    PUBLISH,
    /** A subscription that the device may not have ({@code admission.subscribe}). */
    SUBSCRIBE,
    /** A will that the device may not have, or not on that topic. */
    WILL,
    /** More publishes under way than one device may have ({@code sessions.max-in-flight}). */
    MAX_IN_FLIGHT,
    /** More topic ids than one device may have ({@code sessions.max-topic-ids}). */
    MAX_TOPIC_IDS,
    /** More subscriptions than one device may have ({@code sessions.max-subscriptions}). */
    MAX_SUBSCRIPTIONS,
    /** A session that was ended because a reload does not admit its device any more. */
    RELOAD
}
