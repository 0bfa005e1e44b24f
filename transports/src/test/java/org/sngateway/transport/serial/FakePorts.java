// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.serial.PortException.Reason;

/** Ports without hardware: a test plugs them in, is the other end of their lines, and pulls them out. Any thread. */
final class FakePorts implements SerialPorts {
    private static final long PATIENCE_SECONDS = 10;
    private static final long SILENCE_MILLIS = 20;
    private static final byte[] SILENCE = {};
    private static final byte[] GONE = {};
    private static final byte[] FAULT = {};

    private final Map<String, Plug> plugs = new ConcurrentHashMap<>();
    private final Queue<Exception> obstacles = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<String> attempts = new LinkedBlockingQueue<>();

    /** The other end of a port. */
    static final class Plug implements OpenPort {
        private final BlockingQueue<byte[]> toGateway = new LinkedBlockingQueue<>();
        private final BlockingQueue<byte[]> fromGateway = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> writes = new LinkedBlockingQueue<>();
        private volatile boolean stalled;
        private volatile boolean writesBroken;

        void send(byte[] octets) {
            toGateway.add(octets);
        }

        void beSilent() {
            toGateway.add(SILENCE);
        }

        /** What the gateway has written next. */
        byte[] receive() throws InterruptedException {
            byte[] octets = fromGateway.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (octets == null) {
                throw new AssertionError("nothing was written");
            }
            return octets;
        }

        boolean hasNothing() {
            return fromGateway.isEmpty();
        }

        /** From now on writing waits, as for a peer that is not ready. */
        void stall() {
            stalled = true;
        }

        /** The next read fails as nobody has foreseen. */
        void breakReading() {
            toGateway.add(FAULT);
        }

        /** The next write does. */
        void breakWriting() {
            writesBroken = true;
        }

        void pull() {
            toGateway.add(GONE);
            writes.add(false);
        }

        @Override
        public int read(byte[] into) throws IOException {
            try {
                byte[] octets = toGateway.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (octets == null) {
                    return 0;
                }
                if (octets == GONE) {
                    toGateway.add(GONE);
                    throw new IOException("pulled");
                }
                if (octets == FAULT) {
                    throw new IllegalStateException("made up: reading");
                }
                System.arraycopy(octets, 0, into, 0, octets.length);
                return octets.length;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void write(byte[] octets) throws IOException {
            try {
                if (writesBroken) {
                    throw new IllegalStateException("made up: writing");
                }
                if (stalled && !writes.take()) {
                    throw new IOException("pulled");
                }
                fromGateway.add(octets);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            pull();
        }
    }

    Plug plugIn(String name) {
        Plug plug = new Plug();
        plugs.put(name, plug);
        return plug;
    }

    void pullOut(String name) {
        Plug plug = plugs.remove(name);
        if (plug != null) {
            plug.pull();
        }
    }

    /** The next attempt to open any port fails with this. */
    void refuse(Reason reason, String message) {
        obstacles.add(new PortException(reason, message));
    }

    /** The next attempt to open any port fails as nobody has foreseen. */
    void breakOpening() {
        obstacles.add(new IllegalStateException("made up: opening"));
    }

    /** Waits for the next attempt to open a port. */
    void awaitAttempt() throws InterruptedException {
        String name = attempts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (name == null) {
            throw new AssertionError("no attempt to open a port");
        }
    }

    @Override
    public OpenPort open(String name, LineSettings settings) throws PortException {
        Exception obstacle = obstacles.poll();
        @Nullable Plug plug = plugs.get(name);
        attempts.add(name);
        if (obstacle instanceof PortException refusal) {
            throw refusal;
        }
        if (obstacle instanceof RuntimeException fault) {
            throw fault;
        }
        if (plug == null) {
            throw new PortException(Reason.MISSING, "there is no such port");
        }
        return plug;
    }
}
