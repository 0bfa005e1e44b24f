// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.sngateway.testsupport.ManualLoop;

/** Several manual loops of which at most one is the owner, so that what touches another's state fails. */
final class TestLoops {
    private final List<ManualLoop> loops;

    TestLoops(int count) {
        loops = IntStream.range(0, count).mapToObj(i -> new ManualLoop()).toList();
        loops.forEach(loop -> loop.setOwner(false));
    }

    List<ManualLoop> all() {
        return loops;
    }

    ManualLoop get(int index) {
        return loops.get(index);
    }

    /** Acts as loop {@code index}. */
    void on(int index, Runnable action) {
        ManualLoop loop = loops.get(index);
        boolean ownerBefore = loop.isOwner();
        loop.setOwner(true);
        try {
            action.run();
        } finally {
            loop.setOwner(ownerBefore);
        }
    }

    /** Runs what is posted to one loop. */
    void run(int index) {
        on(index, loops.get(index)::runPending);
    }

    /** Runs what is posted, until nothing is. */
    void settle() {
        while (loops.stream().anyMatch(loop -> loop.pendingTasks() > 0)) {
            for (int i = 0; i < loops.size(); i++) {
                run(i);
            }
        }
    }

    /** Lets time pass on all loops. */
    void advance(Duration duration) {
        for (int i = 0; i < loops.size(); i++) {
            ManualLoop loop = loops.get(i);
            on(i, () -> loop.advance(duration));
        }
        settle();
    }
}
