// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;

/** What all sessions of a gateway share. */
public record SessionSettings(GatewayConfig config, GatewayCounters counters, BufferBudget budget) {}
