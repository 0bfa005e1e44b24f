// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.session.Session;
import org.sngateway.gateway.session.SessionDetail;
import org.sngateway.gateway.session.SessionView;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The sessions as operators see them, and what they do to one. Used from any thread but a loop, unless a method says otherwise: what is
 * said of a session is said by its own loop, and waited for.
 *
 * <p>A list is made in slices, between which a loop does its other work, and is good for a second, however many ask.
 */
public final class SessionSurvey {
    /** Sessions that are looked at in one turn of a loop; well under a millisecond. */
    static final int SLICE = 256;

    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PATIENCE_SECONDS = 4;

    private final ClientDirectory directory;
    private final LongSupplier nanoClock;

    private volatile @Nullable Roll last;

    /**
     * All sessions at about one moment.
     *
     * @param takenNanos on the loops' clock
     */
    public record Roll(List<SessionView> sessions, long takenNanos) {
        public Roll {
            sessions = List.copyOf(sessions);
        }
    }

    /** A loop has not answered in time. */
    public static final class UnansweredException extends Exception {
        private static final long serialVersionUID = 1;

        UnansweredException(Exception cause) {
            super("an event loop does not answer", cause);
        }
    }

    /** @param nanoClock the clock of the shards' loops */
    public SessionSurvey(ClientDirectory directory, LongSupplier nanoClock) {
        this.directory = directory;
        this.nanoClock = nanoClock;
    }

    /** All sessions, no older than a second; in no order. */
    public synchronized Roll roll() throws UnansweredException {
        long now = nanoClock.getAsLong();
        Roll fresh = last;
        if (fresh == null || now - fresh.takenNanos >= FRESH_NANOS) {
            last = null; // while the next one is made, there need not be two
            fresh = new Roll(take(), now);
            last = fresh;
        }
        return fresh;
    }

    /** Lets go of a list that nobody has asked for lately. May be called on a loop: it waits for nobody. */
    public void forgetIdle() {
        Roll old = last;
        if (old != null && nanoClock.getAsLong() - old.takenNanos >= 2 * FRESH_NANOS) {
            last = null;
        }
    }

    private List<SessionView> take() throws UnansweredException {
        Map<OwnerLoop, List<Session>> byLoop = new LinkedHashMap<>();
        directory.forEach(session -> byLoop.computeIfAbsent(session.loop(), loop -> new ArrayList<>())
                .add(session));
        List<Slices> parts = byLoop.entrySet().stream()
                .map(entry -> new Slices(entry.getKey(), entry.getValue()))
                .toList();
        parts.forEach(Slices::begin);
        List<SessionView> all = new ArrayList<>(directory.size());
        for (Slices part : parts) {
            all.addAll(await(part.done));
        }
        return all;
    }

    /** The sessions of one loop, slice by slice. */
    private static final class Slices {
        private final OwnerLoop loop;
        private final List<Session> sessions;
        private final List<SessionView> views;
        private final CompletableFuture<List<SessionView>> done = new CompletableFuture<>();
        private int next;

        Slices(OwnerLoop loop, List<Session> sessions) {
            this.loop = loop;
            this.sessions = sessions;
            this.views = new ArrayList<>(sessions.size());
        }

        void begin() {
            loop.execute(this::takeOne);
        }

        private void takeOne() {
            int end = Math.min(sessions.size(), next + SLICE);
            for (; next < end; next++) {
                views.add(sessions.get(next).view());
            }
            if (next < sessions.size()) {
                loop.execute(this::takeOne); // behind what has come meanwhile
            } else {
                done.complete(views);
            }
        }
    }

    /** A session in depth; empty when there is none of this client id. */
    public Optional<SessionDetail> detail(String clientId) throws UnansweredException {
        return ask(clientId, Session::detail);
    }

    /**
     * Ends a device's connection; see {@link Session#disconnect}.
     *
     * @return whether it had one; empty when there is no session of this client id
     */
    public Optional<Boolean> disconnect(String clientId) throws UnansweredException {
        return ask(clientId, Session::disconnect);
    }

    /**
     * Drops what waits for a device; see {@link Session#clearBuffer}.
     *
     * @return how many messages; empty when there is no session of this client id
     */
    public OptionalInt clearBuffer(String clientId) throws UnansweredException {
        return ask(clientId, Session::clearBuffer).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private <T> Optional<T> ask(String clientId, Function<Session, T> question) throws UnansweredException {
        Session session = directory.find(clientId);
        if (session == null) {
            return Optional.empty();
        }
        CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
        session.loop().execute(() -> {
            try {
                // It may have ended since it was found.
                boolean still = directory.find(clientId) == session;
                answer.complete(still ? Optional.of(question.apply(session)) : Optional.empty());
            } catch (RuntimeException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return await(answer);
    }

    private static <T> T await(CompletableFuture<T> answer) throws UnansweredException {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException failure) {
            throw new UnansweredException(failure);
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new UnansweredException(failure);
        }
    }
}
