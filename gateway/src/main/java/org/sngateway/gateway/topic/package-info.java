// SPDX-License-Identifier: Apache-2.0
/**
 * Topic ids and names of one device: normal ids it registered or was given, pre-defined ids from the configuration.
 * <p>Touches: {@code codec.message}, {@code gateway.config}. No I/O.
 * <p>Threading: confined to the owner of the session they belong to; {@code PredefinedTopics} is immutable.
 */
@NullMarked
package org.sngateway.gateway.topic;

import org.jspecify.annotations.NullMarked;
