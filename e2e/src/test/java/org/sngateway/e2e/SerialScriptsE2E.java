// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.nio.file.Path;
import org.sngateway.transport.serial.framing.Framing;

/** The scripts over a serial line. */
final class SerialScriptsE2E extends WireScripts {
    @Override
    Wire open(Path directory) throws Exception {
        return new SerialWire(directory, Framing.SLIP);
    }
}
