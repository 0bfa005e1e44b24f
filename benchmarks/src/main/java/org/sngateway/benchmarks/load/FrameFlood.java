// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends random octets and damaged frames to a gateway from many loopback addresses, to show that working devices do not notice. */
@Command(
        name = "flood",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Sends random octets and damaged frames to a gateway on loopback, and counts what comes back.")
public final class FrameFlood implements Callable<Integer> {
    private static final int MAX_SOURCES = 10_000;
    private static final Duration LAST_REPLIES = Duration.ofMillis(200);
    private static final Duration PACE = Duration.ofMillis(1);
    private static final int BIND_ATTEMPTS = 100;

    @Option(
            names = "--gateway",
            required = true,
            paramLabel = "HOST:PORT",
            converter = LoadBenchmark.LoopbackConverter.class,
            description = "Where to; a loopback address.")
    private InetSocketAddress gateway = Loopback.port(1884);

    @Option(
            names = "--count",
            paramLabel = "FRAMES",
            defaultValue = "100000",
            description = "How many datagrams; default ${DEFAULT-VALUE}.")
    private long count;

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            defaultValue = "20000",
            description = "0 for as fast as it goes; default ${DEFAULT-VALUE}.")
    private long perSecond;

    @Option(names = "--seed", defaultValue = "1", description = "Same seed, same datagrams; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--sources",
            defaultValue = "1000",
            description = "Source addresses in 127.0.0.0/8, 1..10000; default ${DEFAULT-VALUE}.")
    private int sources;

    @Spec
    private @Nullable CommandSpec spec;

    private final ByteBuffer replyBuffer = ByteBuffer.allocateDirect(SnFrames.MAX_FRAME_OCTETS);
    private long sentOctets;
    private long replies;
    private long replyOctets;

    /** Runs the flood; exit code 0 when everything was sent, 2 for a wrong command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FrameFlood()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (spec != null && (count < 1 || perSecond < 0 || sources < 1 || sources > MAX_SOURCES)) {
            throw new ParameterException(
                    spec.commandLine(), "--count: 1 or more; --rate: 0 or more; --sources: 1.." + MAX_SOURCES);
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<DatagramChannel> channels = new ArrayList<>();
        try {
            while (channels.size() < sources) {
                channels.add(open(random));
            }
            long start = LoadClock.nanos();
            send(channels, random, start);
            double seconds = (LoadClock.nanos() - start) / 1e9;
            LoadClock.pause(LAST_REPLIES);
            for (DatagramChannel channel : channels) {
                readReplies(channel);
            }
            System.out.printf(
                    Locale.ROOT,
                    "sent %,d datagrams of %,d octets in %.1f s from %,d addresses; %,d replies of %,d octets%n",
                    count,
                    sentOctets,
                    seconds,
                    sources,
                    replies,
                    replyOctets);
            return 0;
        } finally {
            for (DatagramChannel channel : channels) {
                channel.close();
            }
        }
    }

    private void send(List<DatagramChannel> channels, SplittableRandom random, long start)
            throws IOException, InterruptedException {
        FrameMutator mutator = new FrameMutator(seed);
        ByteBuffer frame = ByteBuffer.allocateDirect(FrameMutator.MAX_OCTETS);
        for (long sent = 0; sent < count; sent++) {
            while (perSecond > 0 && sent > (LoadClock.nanos() - start) / 1e9 * perSecond) {
                LoadClock.pause(PACE);
            }
            DatagramChannel channel = channels.get(random.nextInt(channels.size()));
            readReplies(channel);
            frame.clear().put(mutator.next()).flip();
            sentOctets += frame.remaining();
            channel.send(frame, gateway); // write() would keep an empty datagram to itself
        }
    }

    private void readReplies(DatagramChannel channel) throws IOException {
        while (channel.receive(replyBuffer.clear()) != null) {
            replies++;
            replyOctets += replyBuffer.position();
        }
    }

    private DatagramChannel open(SplittableRandom random) throws IOException {
        BindException last = new BindException("no source address");
        for (int attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
            DatagramChannel channel = DatagramChannel.open();
            try {
                channel.bind(Loopback.address(random.nextInt(256), random.nextInt(256), 1 + random.nextInt(254), 0));
                channel.configureBlocking(false);
                return channel;
            } catch (BindException e) {
                channel.close();
                last = e;
            }
        }
        throw last;
    }
}
