// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

/** Why octets were dropped. */
public enum Rejection {
    /** An escape octet before an octet that is never escaped. */
    ESCAPE,
    /** The CRC or checksum is wrong, or is missing. */
    CHECKSUM,
    /** Longer than what the line may carry. */
    TOO_LONG,
    /** A length or a type that does not exist. */
    HEADER,
    /** The line fell silent, or another frame began, before the frame's end. */
    INCOMPLETE
}
