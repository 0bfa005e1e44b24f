// SPDX-License-Identifier: Apache-2.0
/** The same random history lived through behind the gateway and by plain MQTT clients. */
@NullMarked
package org.sngateway.gateway.oracle;

import org.jspecify.annotations.NullMarked;
