// SPDX-License-Identifier: Apache-2.0
/** Tests of the broker as the process that its users start. */
@NullMarked
package org.sngateway.demobroker;

import org.jspecify.annotations.NullMarked;
