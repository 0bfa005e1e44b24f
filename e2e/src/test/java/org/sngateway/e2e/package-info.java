// SPDX-License-Identifier: Apache-2.0
/**
 * The packaged applications under test, started as a user starts them, and the rules of the house.
 * <p>Touches: everything, as a stranger. <p>Threading: none of its own.
 */
@NullMarked
package org.sngateway.e2e;

import org.jspecify.annotations.NullMarked;
