// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

/**
 * What a device is promised of its will: it is published when the device is lost, as it was last confirmed, and at no other time; again
 * only while the broker says "congestion" and the device is not back.
 */
final class WillPromises {
    private @Nullable WillHeader header;
    private Payload message = Payload.EMPTY;

    private boolean owed;
    private FakeUplink.@Nullable Published underWay;
    private boolean deferred;
    private long dueNanos;
    private int published;

    int published() {
        return published;
    }

    static boolean isWill(UpstreamMessage message) {
        return message.topic().startsWith("will/");
    }

    boolean exists() {
        return header != null;
    }

    void set(WillHeader newHeader, Payload newMessage) {
        header = newHeader;
        message = newMessage;
    }

    void setHeader(WillHeader newHeader) {
        header = newHeader;
    }

    void setMessage(Payload newMessage) {
        message = newMessage;
    }

    void delete() {
        header = null;
        message = Payload.EMPTY;
    }

    void onLost() {
        owed = header != null;
    }

    /** The device has sent CONNECT: what the broker has not taken is not tried again. */
    void onReturn() {
        underWay = null;
        deferred = false;
    }

    void onTime(long nowNanos) {
        if (deferred && nowNanos - dueNanos >= 0) {
            deferred = false;
            owed = true;
        }
    }

    void onPublished(FakeUplink.Published will) {
        Promise.keep(owed, "a will is published when the device is lost, once", will.message());
        WillHeader expected = header;
        Promise.keep(
                expected != null
                        && will.message()
                                .equals(new UpstreamMessage(
                                        expected.topic(), message, expected.qos(), expected.retain())),
                "the will is the one last confirmed",
                will.message(),
                expected,
                message);
        owed = false;
        underWay = will;
        published++;
    }

    /** What was owed has come. */
    void settle() {
        Promise.keep(!owed, "the will of a lost device is published", header);
    }

    void onOutcome(FakeUplink.Published will, PublishOutcome outcome, long retryNanos) {
        if (will == underWay) {
            underWay = null;
            deferred = outcome == PublishOutcome.CONGESTION;
            dueNanos = retryNanos;
        }
    }

    /** Whether it is to be tried again. */
    boolean isDeferred() {
        return deferred;
    }

    /** Whether the broker has not taken or refused it yet. */
    boolean isUnfinished() {
        return deferred || underWay != null;
    }
}
