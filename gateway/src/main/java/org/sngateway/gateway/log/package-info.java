// SPDX-License-Identifier: Apache-2.0
/**
 * How log lines look: {@link org.sngateway.gateway.log.LogLines} puts itself before slf4j-simple, which decides by level and writes.
 * <p>Touches: {@code codec.text}. <p>Threading: log lines come from any thread.
 */
@NullMarked
package org.sngateway.gateway.log;

import org.jspecify.annotations.NullMarked;
