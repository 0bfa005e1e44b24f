// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

/** What the gateway does, as the rows of the {@link TransitionTable} name it. */
public enum Reaction {
    /** Begin a connection by the clean-session rules, with CONNACK (§6.2, §6.3). */
    ACCEPT,
    /** Ask for the will first (§6.3). */
    PROMPT_WILL,
    /** End the sleep, keep all, deliver what waits. */
    RESUME,
    /** Note the will topic, ask for the will message. */
    TAKE_WILL_TOPIC,
    /** Note the will message, and accept. */
    TAKE_WILL_MESSAGE,
    /** Delete the will, and accept. */
    ACCEPT_WITHOUT_WILL,
    /** The answer to the device's will was lost: CONNACK again, if nothing came since. */
    ACCEPT_AGAIN,
    /** Forget the half-open connection, silently. */
    ABANDON,
    /** Answer REGISTER with an id (§6.5). */
    REGISTER,
    /** The device's answer to our REGISTER (§6.10). */
    REGISTER_ANSWERED,
    /** Pass a message on to the broker (§6.6). */
    PUBLISH,
    /** The device has our PUBREC: its message id is free again. */
    PUBLISH_RELEASED,
    /** The device's answer to our PUBLISH. */
    PUBLISH_ANSWERED,
    /** The device has our PUBLISH of QoS 2: release it. */
    PUBLISH_RECEIVED,
    /** The device has our PUBREL. */
    PUBLISH_COMPLETED,
    /** Subscribe at the broker (§6.9). */
    SUBSCRIBE,
    /** Unsubscribe (§6.9). */
    UNSUBSCRIBE,
    /** Change or delete the will topic (§6.4). */
    UPDATE_WILL_TOPIC,
    /** Change the will message (§6.4). */
    UPDATE_WILL_MESSAGE,
    /** Answer PINGREQ (§6.11). */
    ANSWER_PING,
    /** Begin to deliver what was buffered (§6.14). */
    WAKE,
    /** Send again what the device has not answered; it has sent its PINGREQ again. */
    REPEAT,
    /** Answer DISCONNECT, begin or go on to sleep, for this duration (§6.14). */
    FALL_ASLEEP,
    /** All is delivered: PINGRESP, and back to sleep. */
    ANSWER_AND_SLEEP,
    /** The device is silent: back to sleep without PINGRESP, keep what is left. */
    SLEEP_SILENTLY,
    /** The device's address is another's now; it will be back by its client id. */
    LOSE_ADDRESS,
    /** End the connection and answer DISCONNECT (§6.12). */
    LEAVE,
    /** End the connection; there is nobody to answer. */
    LEAVE_SILENTLY,
    /** Publish the will (§6.14). */
    LOSE,
    /** Wait for the broker's answer, then CONNACK. */
    AWAIT_BROKER,
    /** The broker agrees: CONNACK. */
    ADMIT,
    /** CONNACK with the reason why not. */
    REFUSE,
    /** End the connection without a will: the device is another gateway's now, or is told to connect again. */
    DROP,
    /** End the session, and what is kept of it, with DISCONNECT and without a will. */
    EXCLUDE,
    /** Answer the DISCONNECT of a peer without a connection, which repeats it until it is answered. */
    CONFIRM_DISCONNECT,
    /** Look for the sleeping device that has this client id and a new address. */
    FIND_SLEEPER,
    /** Tell the peer that it is not connected, so that it connects (§5.4.21); rate-limited. */
    TELL_DISCONNECTED,
    /** Answer SEARCHGW with GWINFO (§6.1); rate-limited. */
    ANSWER_SEARCH,
    /** A sign of life, nothing else. */
    NOTE_LIFE,
    /** Nothing; counted. */
    IGNORE
}
