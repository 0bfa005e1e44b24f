// SPDX-License-Identifier: Apache-2.0
/**
 * Certificates and private keys in files: read, checked, and what is wrong with them said in plain words.
 * <p>Touches nothing.
 * <p>Threading: functions of the files; they block.
 */
@NullMarked
package org.sngateway.gateway.tls;

import org.jspecify.annotations.NullMarked;
