// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.nio.file.Path;

/** The scripts over UDP. */
final class UdpScriptsE2E extends WireScripts {
    @Override
    Wire open(Path directory) {
        return new UdpWire();
    }
}
