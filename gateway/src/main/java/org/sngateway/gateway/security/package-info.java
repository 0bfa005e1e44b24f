// SPDX-License-Identifier: Apache-2.0
/**
 * Who may do what, and how much of it: {@link org.sngateway.gateway.security.AdmissionRules} are made of the configuration, decide, and
 * do nothing else; buckets count what has come.
 * <p>Touches: {@code codec.topic} and {@code gateway.config}.
 * <p>Threading: rules are immutable; each bucket says who may use it. Time is a parameter.
 */
@NullMarked
package org.sngateway.gateway.security;

import org.jspecify.annotations.NullMarked;
