// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Standard error behind a bounded queue and a thread of its own, so that a reader of the log that stalls never stalls an event
 * loop. What does not fit the queue is left out, and how much it was is said once there is room.
 */
final class LogQueue extends OutputStream {
    private static final int LINES = 4096;

    private final BlockingQueue<byte[]> lines = new ArrayBlockingQueue<>(LINES);
    private final AtomicLong leftOut = new AtomicLong();
    private final PrintStream target;
    private final boolean hasPriorities;
    private final Thread writer;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);

    private LogQueue(PrintStream target, boolean hasPriorities) {
        this.target = target;
        this.hasPriorities = hasPriorities;
        this.writer = new Thread(this::writeAll, "log");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Puts the queue before {@link System#err}.
     *
     * @param hasPriorities whether each line of the log begins with its priority, as systemd's journal takes it
     */
    static LogQueue install(boolean hasPriorities) {
        LogQueue queue = new LogQueue(System.err, hasPriorities);
        System.setErr(new PrintStream(queue, true, StandardCharsets.UTF_8));
        return queue;
    }

    /** Called by the print stream, one thread at a time. */
    @Override
    public synchronized void write(int octet) {
        line.write(octet);
        if (octet == '\n') {
            enqueue();
        }
    }

    @Override
    public synchronized void write(byte[] octets, int offset, int length) {
        line.write(octets, offset, length);
        if (length > 0 && octets[offset + length - 1] == '\n') {
            enqueue();
        }
    }

    private void enqueue() {
        if (!lines.offer(line.toByteArray())) {
            leftOut.incrementAndGet();
        }
        line.reset();
    }

    /** Writes what waits and ends; for the end of the process. */
    void drain() {
        writer.interrupt();
        try {
            writer.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeAll() {
        try {
            while (true) {
                writeOne(lines.take());
            }
        } catch (InterruptedException end) {
            for (byte[] next = lines.poll(); next != null; next = lines.poll()) {
                writeOne(next);
            }
            target.flush();
        }
    }

    private void writeOne(byte[] octets) {
        if (hasPriorities) {
            byte[] priority = Priority.before(octets);
            target.write(priority, 0, priority.length);
        }
        target.write(octets, 0, octets.length);
        if (lines.isEmpty()) {
            long missing = leftOut.getAndSet(0);
            if (missing > 0) {
                target.println((hasPriorities ? "<4>" : "")
                        + "WARN msg=\"the log was not read fast enough\" linesLeftOut=" + missing);
            }
            target.flush();
        }
    }
}
