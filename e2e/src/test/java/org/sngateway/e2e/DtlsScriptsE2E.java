// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.nio.file.Path;

/** The scripts over DTLS. */
final class DtlsScriptsE2E extends WireScripts {
    @Override
    Wire open(Path directory) throws IOException {
        return new DtlsWire(directory);
    }
}
