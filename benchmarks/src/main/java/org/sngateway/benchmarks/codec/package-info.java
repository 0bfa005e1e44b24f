// SPDX-License-Identifier: Apache-2.0
/**
 * What the codec costs: time and allocation per PUBLISH, measured with JMH.
 * <p>Touches: the front door of {@code codec}, {@code codec.message}, JMH.
 * <p>Threading: one benchmark thread.
 */
@NullMarked
package org.sngateway.benchmarks.codec;

import org.jspecify.annotations.NullMarked;
