// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.serial;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.PortException;
import org.sngateway.transport.serial.SerialPorts;

/**
 * A line without hardware: what is written to port {@value #NEAR} is read from port {@value #FAR} and the other way round, at the speed the
 * writer has opened its port with, octet after octet, as a UART does it. The cable can be pulled and plugged in again: while it is out,
 * neither port exists. Any thread.
 */
public final class NullModem implements SerialPorts {
    public static final String NEAR = "near";
    public static final String FAR = "far";

    /** So many octets wait at most in the sender's UART and on the way. */
    private static final int BUFFERED_OCTETS = 16;

    private final SimulatorClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean plugged = true;
    private @Nullable End near;
    private @Nullable End far;

    public NullModem(SimulatorClock clock) {
        this.clock = clock;
    }

    /** Both ports vanish, with what is under way. */
    public void pull() {
        lock.lock();
        try {
            plugged = false;
            near = null;
            far = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Both ports are there again. */
    public void plug() {
        lock.lock();
        try {
            plugged = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OpenPort open(String name, LineSettings settings) throws PortException {
        boolean isNear = name.equals(NEAR);
        lock.lock();
        try {
            if (!plugged || (!isNear && !name.equals(FAR))) {
                throw new PortException(PortException.Reason.MISSING, "there is no such port");
            }
            if ((isNear ? near : far) != null) {
                throw new PortException(PortException.Reason.BUSY, "it is open already");
            }
            End end = new End(settings, isNear);
            if (isNear) {
                near = end;
            } else {
                far = end;
            }
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** An octet that is readable from {@code atNanos} on. */
    private record Octet(byte value, long atNanos) {}

    private final class End implements OpenPort {
        private final LineSettings settings;
        private final boolean isNear;
        private final ArrayDeque<Octet> incoming = new ArrayDeque<>();
        /** When the last octet written here has arrived. */
        private long busyUntilNanos;

        End(LineSettings settings, boolean isNear) {
            this.settings = settings;
            this.isNear = isNear;
        }

        private @Nullable End peer() {
            return isNear ? far : near;
        }

        private void requireOpen() throws IOException {
            if ((isNear ? near : far) != this) {
                throw new IOException("the port is closed, or its cable pulled");
            }
        }

        @Override
        public int read(byte[] into) throws IOException {
            lock.lock();
            try {
                long silentAt = clock.nanoTime() + settings.silence().toNanos();
                while (true) {
                    requireOpen();
                    long now = clock.nanoTime();
                    int count = take(into, now);
                    if (count > 0 || now >= silentAt) {
                        return count;
                    }
                    Octet next = incoming.peek();
                    await(Math.min(silentAt, next == null ? silentAt : next.atNanos) - now);
                }
            } finally {
                lock.unlock();
            }
        }

        private int take(byte[] into, long now) {
            int count = 0;
            while (count < into.length && !incoming.isEmpty() && incoming.element().atNanos <= now) {
                into[count++] = incoming.remove().value;
            }
            return count;
        }

        /** Octets for an end that nobody has opened are lost. */
        @Override
        public void write(byte[] octets) throws IOException {
            lock.lock();
            try {
                for (int from = 0; from < octets.length; from += BUFFERED_OCTETS) {
                    send(Arrays.copyOfRange(octets, from, Math.min(octets.length, from + BUFFERED_OCTETS)));
                }
            } finally {
                lock.unlock();
            }
        }

        private void send(byte[] octets) throws IOException {
            requireOpen();
            busyUntilNanos = Math.max(busyUntilNanos, clock.nanoTime());
            End peer = peer();
            for (byte octet : octets) {
                busyUntilNanos += settings.nanosPerOctet();
                if (peer != null) {
                    peer.incoming.add(new Octet(octet, busyUntilNanos));
                }
            }
            changed.signalAll();
            long roomAt = busyUntilNanos - BUFFERED_OCTETS * settings.nanosPerOctet();
            for (long wait = roomAt - clock.nanoTime(); wait > 0; wait = roomAt - clock.nanoTime()) {
                await(wait);
                requireOpen();
            }
        }

        /** May return early; callers look again. */
        @SuppressWarnings("WaitNotInLoop")
        private void await(long nanos) throws IOException {
            try {
                long unused = changed.awaitNanos(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (isNear && near == this) {
                    near = null;
                } else if (!isNear && far == this) {
                    far = null;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
