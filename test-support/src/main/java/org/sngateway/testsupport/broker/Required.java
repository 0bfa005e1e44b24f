// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** What happens to a test that needs something this machine does not have: skipped with the reason, but in CI it fails. */
final class Required {
    private Required() {}

    static void orSkip(Optional<String> missing) {
        orSkip(missing, Boolean.parseBoolean(System.getenv("CI")));
    }

    static void orSkip(Optional<String> missing, boolean isCi) {
        if (missing.isEmpty()) {
            return;
        }
        if (isCi) {
            throw new IllegalStateException("in CI nothing is skipped: " + missing.get());
        }
        throw new TestAbortedException(missing.get());
    }
}
