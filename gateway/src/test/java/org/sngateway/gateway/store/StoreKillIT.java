// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process that writes, again and again on one store. {@code -Dstore.kill.rounds} sets how often. */
class StoreKillIT {
    private static final int ROUNDS = Integer.getInteger("store.kill.rounds", 10);
    private static final int MAX_LINES = 3000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    @Test
    void shouldHaveEverythingThatWasDurableAfterKill() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            long durable;
            try (ChildProcess child = new ChildProcess(directory, 1 + random.nextInt(64))) {
                child.awaitLines(1 + random.nextInt(MAX_LINES));
                child.kill();
                durable = child.lastDurable();
            }
            try {
                ChildProcess.check(directory, durable);
            } catch (AssertionError e) {
                throw new AssertionError("round " + round + ", seed " + seed, e);
            }
        }
    }
}
