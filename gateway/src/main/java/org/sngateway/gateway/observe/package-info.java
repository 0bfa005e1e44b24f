// SPDX-License-Identifier: Apache-2.0
/**
 * Counters. Other rooms report here; it calls nobody.
 * <p>Touches: nothing. <p>Threading: written and read from any thread.
 */
@NullMarked
package org.sngateway.gateway.observe;

import org.jspecify.annotations.NullMarked;
