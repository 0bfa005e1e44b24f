// SPDX-License-Identifier: Apache-2.0
/**
 * The application: {@link org.sngateway.gateway.Gateway} wires the rooms and starts and stops them in order. The only room that
 * sees every other.
 * <p>Threading: started and stopped from any one thread.
 */
@NullMarked
package org.sngateway.gateway;

import org.jspecify.annotations.NullMarked;
