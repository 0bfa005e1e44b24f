// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.sngateway.transport.serial.SerialPorts.OpenPort;
import org.sngateway.transport.serial.framing.FrameDecoder;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Framing;
import org.sngateway.transport.serial.framing.Rejection;

/**
 * One serial port that is kept open: one thread opens it, reads and cuts frames, another writes what waits in a bounded queue. A port
 * that is missing, busy or forbidden is tried again and again, after 0.25 s first and 4 s at most; what waits when a port vanishes is
 * dropped, since it would be old when the port is back. So it is after an error of the gateway's own, too, which is counted and logged.
 *
 * <p>All methods: any thread.
 */
public final class SerialLine {
    private static final Logger log = LoggerFactory.getLogger(SerialLine.class);

    static final Retry RETRY = new Retry(Duration.ofMillis(250), Duration.ofSeconds(4));
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final int READ_OCTETS = 4096;

    /** How long to wait after a failure: {@code first}, twice that, and so on up to {@code most}. */
    record Retry(Duration first, Duration most) {}

    private final String name;
    private final LineSettings settings;
    private final Framing framing;
    private final SerialPorts ports;
    private final Retry retry;
    private final FrameSink sink;
    private final int maxBodyOctets;
    private final SendQueue queue;

    private final CountDownLatch closing = new CountDownLatch(1);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile @Nullable OpenPort port;
    private boolean started;

    private final LongAdder opens = new LongAdder();
    private final LongAdder failedOpens = new LongAdder();
    private final LongAdder rejections = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private volatile @Nullable String toldFault;

    /**
     * A line that is not started yet.
     *
     * @param name of the port, also for the log
     * @param maxBodyOctets the largest body of a frame to accept, 1..65535
     * @param queueOctets how much may wait to be sent
     * @param clock monotonic nanoseconds
     * @param sink gets the frames that arrive, on the line's thread
     */
    public SerialLine(
            SerialPorts ports,
            String name,
            LineSettings settings,
            Framing framing,
            int maxBodyOctets,
            int queueOctets,
            LongSupplier clock,
            FrameSink sink) {
        this(ports, name, settings, framing, maxBodyOctets, queueOctets, clock, sink, RETRY);
    }

    SerialLine(
            SerialPorts ports,
            String name,
            LineSettings settings,
            Framing framing,
            int maxBodyOctets,
            int queueOctets,
            LongSupplier clock,
            FrameSink sink,
            Retry retry) {
        this.ports = ports;
        this.name = name;
        this.settings = settings;
        this.framing = framing;
        this.maxBodyOctets = maxBodyOctets;
        this.queue = new SendQueue(queueOctets, settings.nanosPerOctet(), clock);
        this.sink = new CountingSink(sink);
        this.retry = retry;
    }

    /**
     * Begins to open the port, and never ends to.
     *
     * @throws IllegalStateException when called a second time
     */
    public synchronized void start() {
        if (started) {
            throw new IllegalStateException("started twice");
        }
        started = true;
        Thread writer = new Thread(this::write, "serial-out " + name);
        Thread reader = new Thread(() -> keepOpen(writer), "serial-in " + name);
        writer.setDaemon(true);
        reader.setDaemon(true);
        writer.start();
        reader.start();
    }

    /**
     * Sends a frame, without waiting.
     *
     * @return false when it was dropped, because the queue is full or the port is away
     */
    public boolean send(byte[] body) {
        boolean taken = queue.offer(framing.encode(body));
        if (!taken) {
            dropped.increment();
        }
        return taken;
    }

    /** How long a frame with a body of this size takes to leave if it is sent now; escapes are not counted. */
    public long sendingNanos(int bodyOctets) {
        return queue.sendingNanos(bodyOctets + framing.overheadOctets());
    }

    public boolean isOpen() {
        return port != null;
    }

    /** How often the port was opened. */
    public long opens() {
        return opens.sum();
    }

    /** How often it could not be. */
    public long failedOpens() {
        return failedOpens.sum();
    }

    /** How often octets were dropped that are no frame. */
    public long rejections() {
        return rejections.sum();
    }

    /** Frames that were not sent. */
    public long dropped() {
        return dropped.sum();
    }

    /** Errors of the gateway's own that closed the port, or that opening it ended with. */
    public long faults() {
        return faults.sum();
    }

    /** Sends what waits, for a second at most, and closes the port; the stage completes when the threads have ended. Idempotent. */
    public synchronized CompletionStage<Void> close() {
        closing.countDown();
        queue.end();
        if (!started) {
            closed.complete(null);
        }
        return closed;
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    // ---- the thread that reads

    private void keepOpen(Thread writer) {
        Attempts attempts = new Attempts();
        try {
            while (!isClosing()) {
                OpenPort opened = attempts.open();
                if (opened != null) {
                    useAndOutlive(opened);
                }
                if (closing.await(attempts.waitMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            writer.join();
        } catch (InterruptedException e) {
            log.atWarn().addKeyValue("port", name).log("serial line was interrupted and ends");
        } finally {
            queue.end();
            closed.complete(null);
        }
    }

    private void useAndOutlive(OpenPort opened) throws InterruptedException {
        try {
            use(opened);
        } catch (RuntimeException e) {
            onFault(e);
        }
    }

    /** What nobody has foreseen is to cost the line no more than an I/O error does. The same one is told once. */
    private void onFault(RuntimeException fault) {
        faults.increment();
        log.atLevel(fault.toString().equals(toldFault) ? Level.DEBUG : Level.ERROR)
                .addKeyValue("port", name)
                .setCause(fault)
                .log("serial line failed; its port is closed and opened again");
        toldFault = fault.toString();
    }

    private void use(OpenPort opened) throws InterruptedException {
        try (opened) {
            port = opened;
            queue.open();
            read(opened);
            if (isClosing()) {
                queue.awaitEmpty(FAREWELL.toNanos());
            }
        } finally {
            port = null;
            dropped.add(queue.close());
        }
    }

    /** Until the port is gone or the line is closed. */
    private void read(OpenPort opened) {
        FrameDecoder decoder = framing.decoder(maxBodyOctets, sink);
        byte[] octets = new byte[READ_OCTETS];
        try {
            while (!isClosing()) {
                int count = opened.read(octets);
                if (count > 0) {
                    decoder.accept(octets, 0, count);
                } else {
                    decoder.onSilence();
                }
            }
        } catch (IOException e) {
            if (!isClosing()) {
                log.atWarn()
                        .addKeyValue("port", name)
                        .addKeyValue("reason", e.getMessage())
                        .log("serial port is gone; sessions are kept, and it is opened when it is back");
            }
        }
    }

    /** Opens the port again and again. For one thread. */
    private final class Attempts {
        private Duration wait = retry.first();
        private @Nullable String told;

        /** Null when it cannot be opened now. The same reason is told once. */
        @Nullable
        OpenPort open() {
            try {
                OpenPort opened = ports.open(name, settings);
                opens.increment();
                wait = Duration.ZERO;
                told = null;
                log.atInfo()
                        .addKeyValue("port", name)
                        .addKeyValue("baud", settings.baud())
                        .addKeyValue("framing", framing.label())
                        .log("serial port is open");
                return opened;
            } catch (PortException e) {
                failedOpens.increment();
                String problem = e.reason() + ": " + e.getMessage();
                log.atLevel(problem.equals(told) ? Level.DEBUG : Level.WARN)
                        .addKeyValue("port", name)
                        .addKeyValue("reason", e.getMessage())
                        .log("serial port cannot be opened; it is tried again");
                told = problem;
                return null;
            } catch (RuntimeException e) {
                failedOpens.increment();
                onFault(e);
                return null;
            }
        }

        /** How long to wait now. */
        long waitMillis() {
            Duration now = wait.isZero() ? retry.first() : wait;
            Duration doubled = now.multipliedBy(2);
            wait = doubled.compareTo(retry.most()) > 0 ? retry.most() : doubled;
            return now.toMillis();
        }
    }

    private final class CountingSink implements FrameSink {
        private final FrameSink above;

        CountingSink(FrameSink above) {
            this.above = above;
        }

        @Override
        public void onFrame(byte[] body) {
            above.onFrame(body);
        }

        @Override
        public void onRejected(Rejection rejection) {
            rejections.increment();
            above.onRejected(rejection);
        }
    }

    // ---- the thread that writes

    /** The reader finds out, and opens it again. */
    private void giveUp(OpenPort opened) {
        dropped.increment();
        try {
            opened.close();
        } catch (RuntimeException e) {
            onFault(e);
        }
    }

    private void write() {
        for (byte[] frame = queue.take(); frame != null; frame = queue.take()) {
            OpenPort opened = port;
            if (opened == null) {
                dropped.increment();
                continue;
            }
            try {
                opened.write(frame);
            } catch (IOException e) {
                giveUp(opened);
            } catch (RuntimeException e) {
                onFault(e);
                giveUp(opened);
            }
        }
    }
}
