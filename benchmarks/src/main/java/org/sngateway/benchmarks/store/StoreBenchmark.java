// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.StoreConfig;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.DurableStore;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredTopicId;
import org.sngateway.gateway.store.WriteFailure;
import org.sngateway.gateway.store.WriteListener;
import org.sngateway.transport.loop.Clocks;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the store on a disk: durable messages a second with so many callers that wait, and the time to load what was kept. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Benchmark of the store on one disk.")
public final class StoreBenchmark implements Callable<Integer> {
    private static final StoreConfig CONFIG = new StoreConfig(null, 64L << 30, 8 << 20, 64L << 30, null);

    private static final int SYNCS = 200;
    private static final int SYNC_OCTETS = 4096;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "A directory on the disk to measure; that of temporary files unless given.")
    private @Nullable Path parent;

    @Option(
            names = "--callers",
            split = ",",
            defaultValue = "1,16,128,1024",
            description = "Messages that wait for the disk at a time; default ${DEFAULT-VALUE}.")
    private List<Integer> callers = List.of();

    @Option(
            names = "--measure",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Length of each row, after a second of warm-up; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--payload",
            paramLabel = "OCTETS",
            defaultValue = "128",
            description = "Payload of each message; default ${DEFAULT-VALUE}.")
    private int payloadOctets;

    @Option(names = "--sessions", defaultValue = "100000", description = "Sessions to load; default ${DEFAULT-VALUE}.")
    private int sessions;

    @Option(
            names = "--messages",
            defaultValue = "100000",
            description = "Messages for them to load, and as many in the journal; default ${DEFAULT-VALUE}.")
    private int messages;

    /** Runs the benchmark and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StoreBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = parent != null
                ? Files.createTempDirectory(parent, "store-benchmark")
                : Files.createTempDirectory("store-benchmark");
        ExecutorService loop = Executors.newSingleThreadExecutor();
        try {
            print("a sync of %d octets takes %.3f ms on this disk (median)", SYNC_OCTETS, syncMillis(directory));
            print("%-8s %12s %12s %12s", "callers", "messages/s", "commits/s", "commit ms");
            for (int waiting : callers) {
                append(directory.resolve("append-" + waiting), loop, waiting);
            }
            load(directory.resolve("load"));
        } finally {
            loop.shutdownNow();
            delete(directory);
        }
        return 0;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** What every commit costs at least. */
    private static double syncMillis(Path directory) throws IOException {
        double[] millis = new double[SYNCS];
        try (FileChannel channel =
                FileChannel.open(directory.resolve("sync"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < SYNCS; i++) {
                channel.write(ByteBuffer.allocate(SYNC_OCTETS));
                long startNanos = System.nanoTime();
                channel.force(false);
                millis[i] = (System.nanoTime() - startNanos) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[SYNCS / 2];
    }

    private static Store open(Path directory) throws IOException {
        return DurableStore.open(directory, CONFIG, Clocks.wall(), Clocks.monotonic());
    }

    private void append(Path directory, ExecutorService loop, int waiting) throws IOException, InterruptedException {
        Payload payload = Payload.wrap(new byte[payloadOctets]);
        try (Store store = open(directory)) {
            AtomicLong durable = new AtomicLong();
            Caller caller = new Caller(store, loop, payload, durable);
            loop.execute(() -> {
                for (int i = 0; i < waiting; i++) {
                    caller.next();
                }
            });
            TimeUnit.SECONDS.sleep(1);
            long startNanos = System.nanoTime();
            long startMessages = durable.get();
            StoreStatus start = store.status();
            TimeUnit.SECONDS.sleep(seconds);
            StoreStatus end = store.status();
            double elapsed = (System.nanoTime() - startNanos) / 1e9;
            long commits = end.commits() - start.commits();
            double commitMillis =
                    end.latency().total().minus(start.latency().total()).toNanos() / 1e6 / commits;
            print(
                    "%-8d %12.0f %12.0f %12.3f",
                    waiting, (durable.get() - startMessages) / elapsed, commits / elapsed, commitMillis);
        }
    }

    private void load(Path directory) throws IOException, InterruptedException {
        Payload payload = Payload.wrap(new byte[payloadOctets]);
        try (Store store = open(directory)) {
            for (int i = 0; i < sessions; i++) {
                String clientId = clientId(i);
                write(
                        store,
                        new Change.PutSession(new StoredSession(
                                clientId,
                                false,
                                60,
                                3600,
                                "ASLEEP",
                                1_700_000_000_000L,
                                null,
                                "udp:10.0.0.1:5000",
                                null)));
                write(
                        store,
                        new Change.PutSubscription(new StoredSubscription(
                                clientId,
                                "commands/" + clientId,
                                Qos.AT_LEAST_ONCE,
                                Qos.AT_LEAST_ONCE,
                                StoredSubscription.Naming.NAME,
                                0,
                                1)));
                write(store, new Change.PutTopicId(new StoredTopicId(clientId, 1, "sensors/" + clientId, true)));
            }
            for (int i = 0; i < messages; i++) {
                String clientId = clientId(i % Math.max(1, sessions));
                write(
                        store,
                        new Change.AddDelivery(new StoredDelivery(
                                clientId,
                                i,
                                "commands/" + clientId,
                                payload,
                                Qos.AT_LEAST_ONCE,
                                false,
                                "commands/+",
                                0,
                                0,
                                false)));
                write(store, new Change.AppendJournal(entry(store.nextJournalSeq(), payload)));
            }
        }
        long openNanos = System.nanoTime();
        try (Store store = open(directory)) {
            long loadNanos = System.nanoTime();
            AtomicLong devices = new AtomicLong();
            AtomicLong deliveries = new AtomicLong();
            store.load(
                    device -> {
                        devices.incrementAndGet();
                        deliveries.addAndGet(device.deliveries().size());
                    },
                    placement -> {});
            long end = System.nanoTime();
            print(
                    "open %d ms, load of %d sessions with %d messages %d ms (%d MiB, %d entries in the journal)",
                    Duration.ofNanos(loadNanos - openNanos).toMillis(),
                    devices.get(),
                    deliveries.get(),
                    Duration.ofNanos(end - loadNanos).toMillis(),
                    store.status().fileOctets() >> 20,
                    store.status().journalEntries());
        }
    }

    /** Waits for room when the queue is full. */
    private static void write(Store store, Change change) throws InterruptedException {
        while (!store.write(change)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static String clientId(int i) {
        return "device-" + i;
    }

    private static JournalEntry entry(long seq, Payload payload) {
        return new JournalEntry(
                seq,
                0,
                "device-1",
                "sensors/device-1/temperature",
                payload,
                Qos.AT_LEAST_ONCE,
                false,
                1_700_000_000_000L);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Writes the next message whenever one is durable. On the loop. */
    private record Caller(Store store, ExecutorService loop, Payload payload, AtomicLong durable)
            implements WriteListener {
        void next() {
            Change change = new Change.AppendJournal(entry(store.nextJournalSeq(), payload));
            boolean accepted = store.write(change, loop, this);
            if (!accepted && store.status().state() != StoreStatus.State.OK) {
                throw new IllegalStateException(store.status().reason());
            }
        }

        @Override
        public void onDurable() {
            durable.incrementAndGet();
            next();
        }

        @Override
        public void onFailed(WriteFailure reason) {
            throw new IllegalStateException(reason.toString());
        }
    }
}
