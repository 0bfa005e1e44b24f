// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.testsupport.ManualLoop;

/** Guards of actions. */
final class TestGuard {
    private TestGuard() {}

    /** Nobody may act. */
    static ActionGuard off() {
        return new ActionGuard(
                AdminToken.start(GatewayConfig.defaults(), Map.of()),
                new GatewayCounters(),
                new ManualLoop()::nanoTime);
    }

    /** Whoever has this token may act. */
    static ActionGuard with(String token, Path directory, GatewayCounters counters, ManualLoop loop) throws Exception {
        Files.writeString(directory.resolve("token"), token + "\n");
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "admin: { token-file: token }\n");
        return new ActionGuard(AdminToken.start(ConfigReader.read(file), Map.of()), counters, loop::nanoTime);
    }
}
