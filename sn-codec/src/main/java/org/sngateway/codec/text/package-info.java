// SPDX-License-Identifier: Apache-2.0
/**
 * One-line rendering of messages for traces, logs and tests; safe to print whatever a device put into a message.
 * <p>Touches: the front door of {@code codec} and {@code codec.message}.
 * <p>Threading: pure functions.
 */
@NullMarked
package org.sngateway.codec.text;

import org.jspecify.annotations.NullMarked;
