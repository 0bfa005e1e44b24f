// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

/** What {@code sn-sim} ends with. */
final class ExitCode {
    static final int OK = 0;
    static final int LOST = 1;
    static final int USAGE = 2;
    static final int COULD_NOT_RUN = 3;

    private ExitCode() {}
}
