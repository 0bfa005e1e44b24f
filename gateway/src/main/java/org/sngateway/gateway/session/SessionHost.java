// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.codec.message.SnMessage;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.loop.OwnerLoop;

/** What a session needs of the shard it lives on. */
public interface SessionHost {
    OwnerLoop loop();

    Uplink uplink();

    /** Whether anything can be sent: not while sessions are restored and the listeners are not open yet. */
    boolean isListening();

    /**
     * Sends a message to a device.
     *
     * @param clientId of the session that it is from
     */
    void send(DeviceAddress to, String clientId, SnMessage message);

    /** The largest message in octets that reaches this address. */
    int maxFrameOctets(DeviceAddress address);

    /** How long it takes until a message that is sent to this address now has left, in nanoseconds; 0 where it leaves at once. */
    long sendingNanos(DeviceAddress to, SnMessage message);

    /**
     * Something was not admitted: counts it, and logs it if that says something new.
     *
     * @param clientId whose it was
     * @param what the topic, or the message
     */
    void onRefused(Refusal reason, String clientId, String what);

    /** The session does not answer for this address any more. */
    void onUnbound(Session session, DeviceAddress address);

    /** The session is over, and nothing of it is kept. */
    void onEnded(Session session);
}
