// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.io.IOException;

/** A port cannot be opened. The message says why and, where something can be done, what. */
public final class PortException extends IOException {
    private static final long serialVersionUID = 1;

    /** What kind of obstacle it is. */
    public enum Reason {
        /** There is no such port: not plugged in, or not yet. */
        MISSING,
        /** This user may not open it. */
        DENIED,
        /** Another program has it. */
        BUSY,
        /** Anything else: no serial port, a rate that it does not know, a native library that cannot be loaded. */
        FAILED
    }

    private final Reason reason;

    public PortException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
