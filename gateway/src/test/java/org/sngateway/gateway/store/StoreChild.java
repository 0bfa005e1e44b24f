// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A program that writes to a store until it is killed, and prints the number of each message once it is durable: {@code DIRECTORY WINDOW}.
 *
 * <p>Each message goes to the journal and to the queue of a device, in one transaction. Those that are {@link #KEPT} older are deleted.
 */
final class StoreChild {
    /** How many of the newest messages are sure not to be deleted. */
    static final int KEPT = 500;

    private static final int DELETED_AT_A_TIME = 50;
    private static final int CLIENTS = 7;

    private StoreChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        DurableStore store = TestStore.open(Path.of(args[0])).store;
        Semaphore window = new Semaphore(Integer.parseInt(args[1]));
        for (int i = 0; i < CLIENTS; i++) {
            store.write(new Change.PutSession(Rows.session("c" + i)));
        }
        while (true) {
            long seq = store.nextJournalSeq();
            window.acquire();
            Change message = new Change.Together(List.of(
                    new Change.AppendJournal(
                            new JournalEntry(seq, 0, client(seq), "t", payload(seq), Qos.AT_LEAST_ONCE, false, seq)),
                    new Change.AddDelivery(new StoredDelivery(
                            client(seq), seq, "t", payload(seq), Qos.AT_LEAST_ONCE, false, "t", 0, 0, false))));
            boolean accepted = store.write(message, Runnable::run, new WriteListener() {
                @Override
                public void onDurable() {
                    System.out.println(line(seq));
                    window.release();
                }

                @Override
                public void onFailed(WriteFailure reason) {
                    throw new IllegalStateException(seq + " " + reason);
                }
            });
            if (!accepted) {
                throw new IllegalStateException(store.status().toString());
            }
            if (seq % DELETED_AT_A_TIME == 0) {
                deleteBefore(store, seq - 2 * KEPT);
            }
        }
    }

    private static void deleteBefore(Store store, long end) {
        List<Long> seqs = LongStream.range(Math.max(1, end - DELETED_AT_A_TIME), Math.max(1, end))
                .boxed()
                .toList();
        store.write(new Change.DeleteJournal(seqs));
        seqs.forEach(seq -> store.write(new Change.DeleteDelivery(client(seq), seq)));
    }

    static String client(long seq) {
        return "c" + seq % CLIENTS;
    }

    static String line(long seq) {
        return String.format(Locale.ROOT, "durable %012d", seq);
    }

    /** What stands in the file of this message and of no other. */
    static byte[] marker(long seq) {
        return String.format(Locale.ROOT, "<%012d>", seq).getBytes(StandardCharsets.US_ASCII);
    }

    /** Of very different lengths, up to several pages. */
    private static Payload payload(long seq) {
        byte[] marker = marker(seq);
        byte[] octets = java.util.Arrays.copyOf(marker, marker.length + (int) (seq % 17 == 0 ? 9000 : seq % 100));
        return Payload.wrap(octets);
    }
}
