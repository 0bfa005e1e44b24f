// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One device's end of a {@link Wire}: frames out and in. */
interface Link extends AutoCloseable {
    void send(byte[] frame) throws IOException;

    /** The next frame; null when none comes within this time. */
    byte @Nullable [] receive(int millis) throws IOException;

    @Override
    void close();
}
