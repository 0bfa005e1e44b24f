// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.TopicRef;

/**
 * PUBLISH between a direct buffer, as sockets use them, and a message. Run {@link #main} for a table of nanoseconds and
 * octets allocated per operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CodecBenchmark {
    /** How the PUBLISH names its topic: {@code normal} or {@code short}. */
    @Param({"normal", "short"})
    public String topic = "normal";

    /** Size of the application data in octets; the frame of the larger needs the long header. */
    @Param({"16", "1024"})
    public int dataOctets = 16;

    private final ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(2048);
    private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(2048);
    private Publish publish = publish(new TopicRef.Normal(1), 0);

    @Setup
    public void encodeFrame() {
        publish = publish(topic.equals("short") ? new TopicRef.ShortName("t1") : new TopicRef.Normal(1), dataOctets);
        SnCodec.encode(publish, frame.clear());
    }

    @TearDown
    public void releaseBuffers() {
        frame.release();
        out.release();
    }

    private static Publish publish(TopicRef topic, int dataOctets) {
        return new Publish(false, Qos.AT_LEAST_ONCE, false, topic, 7, Payload.wrap(new byte[dataOctets]));
    }

    /** Octets to message. */
    @Benchmark
    public DecodeResult decode() {
        return SnCodec.decode(frame.readerIndex(0), Sender.DEVICE);
    }

    /** Message to octets. */
    @Benchmark
    public ByteBuf encode() {
        SnCodec.encode(publish, out.clear());
        return out;
    }

    /**
     * Runs the benchmarks in processes of their own and prints a table.
     *
     * @param args options of JMH, such as {@code -f 1 -p topic=normal}
     */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(args))
                        .include(CodecBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        System.out.printf("%n%-8s %-8s %6s %12s %10s%n", "PUBLISH", "topic", "data", "ns/op", "B/op");
        for (RunResult result : results) {
            System.out.printf(
                    "%-8s %-8s %6s %12.1f %10.1f%n",
                    result.getPrimaryResult().getLabel(),
                    result.getParams().getParam("topic"),
                    result.getParams().getParam("dataOctets"),
                    result.getPrimaryResult().getScore(),
                    Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))
                            .getScore());
        }
    }
}
