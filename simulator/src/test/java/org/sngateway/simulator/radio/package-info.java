// SPDX-License-Identifier: Apache-2.0
/** Tests of the room of the same name. */
@NullMarked
package org.sngateway.simulator.radio;

import org.jspecify.annotations.NullMarked;
