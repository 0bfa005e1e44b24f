// SPDX-License-Identifier: Apache-2.0
/**
 * Topic names and filters as MQTT has them (MQTT 5 §4.7): validation, matching, overlap, cover.
 * <p>Touches: nothing. <p>Threading: immutable values and pure functions.
 */
@NullMarked
package org.sngateway.codec.topic;

import org.jspecify.annotations.NullMarked;
