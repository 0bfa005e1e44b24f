// SPDX-License-Identifier: Apache-2.0
/**
 * Counters, and how the connections to the broker are doing. Other rooms report here; it calls nobody.
 * <p>Touches: {@code codec}, {@code codec.message}. <p>Threading: written and read from any thread.
 */
@NullMarked
package org.sngateway.gateway.observe;

import org.jspecify.annotations.NullMarked;
