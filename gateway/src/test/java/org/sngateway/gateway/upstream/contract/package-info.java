// SPDX-License-Identifier: Apache-2.0
/**
 * What devices may rely on whatever the upstream and whatever the broker: one definition of the rules, run over both modes and every
 * broker of the tests.
 * <p>Touches: the {@code upstream} front door and the rooms behind it, {@code gateway.config}, {@code transport.loop}, {@code testsupport}.
 * <p>Threading: the test's thread; it posts to the devices' loops and waits.
 */
@NullMarked
package org.sngateway.gateway.upstream.contract;

import org.jspecify.annotations.NullMarked;
