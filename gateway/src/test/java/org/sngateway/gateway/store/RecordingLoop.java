// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An executor whose tasks run when the test asks for them, one at a time, and what they told. */
final class RecordingLoop implements Executor {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final List<String> told = new ArrayList<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** A listener that is known by {@code name}. */
    WriteListener listener(String name) {
        return new WriteListener() {
            @Override
            public void onDurable() {
                told.add(name);
            }

            @Override
            public void onFailed(WriteFailure reason) {
                told.add(name + " " + reason);
            }
        };
    }

    /** Waits for the next task, runs it, and gives what it told. */
    List<String> runNext() {
        told.clear();
        try {
            Runnable task = tasks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(task).as("a task within %s s", PATIENCE_SECONDS).isNotNull();
            task.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return List.copyOf(told);
    }

    void tell(String what) {
        told.add(what);
    }

    boolean isIdle() {
        return tasks.isEmpty();
    }
}
