// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/**
 * Return code, MQTT-SN 1.2 §5.3.10.
 *
 * @param value 0..255; 4 and above are reserved and count as a rejection
 */
public record ReturnCode(int value) {
    public static final ReturnCode ACCEPTED = new ReturnCode(0);
    public static final ReturnCode CONGESTION = new ReturnCode(1);
    public static final ReturnCode INVALID_TOPIC_ID = new ReturnCode(2);
    public static final ReturnCode NOT_SUPPORTED = new ReturnCode(3);

    private static final ReturnCode[] KNOWN = {ACCEPTED, CONGESTION, INVALID_TOPIC_ID, NOT_SUPPORTED};

    public ReturnCode {
        Checks.uint8("returnCode", value);
    }

    /** The return code with this octet. */
    public static ReturnCode of(int value) {
        return value >= 0 && value < KNOWN.length ? KNOWN[value] : new ReturnCode(value);
    }

    public boolean isAccepted() {
        return value == 0;
    }

    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "accepted";
            case 1 -> "congestion";
            case 2 -> "invalid-topic-id";
            case 3 -> "not-supported";
            default -> "reserved-" + value;
        };
    }
}
