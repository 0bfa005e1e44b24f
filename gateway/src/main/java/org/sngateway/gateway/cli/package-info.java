// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code sn-gateway} command: one class for each subcommand, exit codes, the version.
 *
 * <p>Exit codes: 0 for success, 1 for a failure while running, 2 for a wrong command line or a wrong configuration.
 *
 * <p>Touches: {@code gateway.config}, {@code gateway.store} to read one; a subcommand touches the room it starts.
 * {@code trace} asks a running gateway over HTTP, and takes from {@code gateway.admin} where its token is.
 * The demo also starts programs of other modules, as processes.
 * <p>Threading: the main thread.
 */
@NullMarked
package org.sngateway.gateway.cli;

import org.jspecify.annotations.NullMarked;
