// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.radio.Blackouts;
import org.sngateway.simulator.radio.Impairments;
import org.sngateway.simulator.radio.Impairments.Bursts;
import org.sngateway.simulator.radio.RadioNetwork;
import org.sngateway.simulator.time.SimulatorClock;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say what the air between nodes and gateway is like. One value is for both directions; of two, the first is for up. */
final class RadioOptions {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)%");
    private static final Pattern BITS = Pattern.compile("(\\d{1,9})(k?)bit/s");

    /** A value for each direction. */
    record BothWays<T>(T up, T down) {
        static <T> BothWays<T> parse(String text, Function<String, T> value) {
            String[] parts = text.split(",", -1);
            if (parts.length > 2) {
                throw new TypeConversionException("\"" + text + "\" has more than two values, one up and one down");
            }
            T first = value.apply(parts[0]);
            return new BothWays<>(first, parts.length == 1 ? first : value.apply(parts[1]));
        }
    }

    @Option(
            names = "--loss",
            paramLabel = "P[,P]",
            defaultValue = "0%",
            converter = Probabilities.class,
            description = "Frames that are lost on the air, in each direction, or up and down: 5%% or 5%%,1%%.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Double> loss;

    @Option(
            names = "--duplicate",
            paramLabel = "P[,P]",
            defaultValue = "0%",
            converter = Probabilities.class,
            description = "Frames that arrive twice.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Double> duplication;

    @Option(
            names = "--reorder",
            paramLabel = "P[,P]",
            defaultValue = "0%",
            converter = Probabilities.class,
            description = "Frames that are held back so that later ones overtake them ...")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Double> reordering;

    @Option(
            names = "--hold-back",
            paramLabel = "TIME",
            defaultValue = "50ms",
            description = "... and how long (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration holdBack;

    @Option(
            names = "--delay",
            paramLabel = "TIME[,TIME]",
            defaultValue = "0ms",
            converter = Durations.class,
            description = "How long every frame takes ...")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Duration> delay;

    @Option(
            names = "--jitter",
            paramLabel = "TIME[,TIME]",
            defaultValue = "0ms",
            converter = Durations.class,
            description = "... and how much longer at most, evenly spread.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Duration> jitter;

    @Option(
            names = "--bursts",
            paramLabel = "BEGIN/END/LOSS",
            converter = BurstsConverter.class,
            description = "Loss in bursts (Gilbert-Elliott): the probability that one begins with a frame, that it ends"
                    + " with a frame, and that a frame is lost in it: 1%%/20%%/90%%.")
    private Bursts bursts = Bursts.NONE;

    @Option(
            names = "--bandwidth",
            paramLabel = "N[,N]",
            defaultValue = "0bit/s",
            converter = Bandwidths.class,
            description = "What the link of one node carries: 250kbit/s; unlimited unless set.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private BothWays<Long> bandwidth;

    @Option(
            names = "--blackout",
            paramLabel = "LENGTH/EVERY",
            converter = BlackoutsConverter.class,
            description = "Times without any radio, for all nodes at once: 10s/60s for ten seconds in every minute.")
    private Blackouts blackouts = Blackouts.NONE;

    /**
     * The network with this air around it; itself when the air is clear.
     *
     * @param seed decides what becomes of each frame
     * @throws IllegalArgumentException when a value is out of range
     */
    NodeNetwork around(NodeNetwork network, long seed) {
        Impairments up = new Impairments(
                loss.up(),
                duplication.up(),
                reordering.up(),
                holdBack,
                delay.up(),
                jitter.up(),
                bursts,
                bandwidth.up());
        Impairments down = new Impairments(
                loss.down(),
                duplication.down(),
                reordering.down(),
                holdBack,
                delay.down(),
                jitter.down(),
                bursts,
                bandwidth.down());
        boolean isClear = up.isHarmless() && down.isHarmless() && blackouts.equals(Blackouts.NONE);
        return isClear ? network : new RadioNetwork(network, up, down, blackouts, seed, new SimulatorClock());
    }

    private static double probability(String text) {
        Matcher matcher = PERCENT.matcher(text);
        double percent = matcher.matches() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
        if (!(percent <= 100)) {
            throw new TypeConversionException("\"" + text + "\" is not a percentage; allowed: 0% to 100%");
        }
        return percent / 100;
    }

    private static long bitsPerSecond(String text) {
        Matcher matcher = BITS.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("\"" + text + "\" is not a bandwidth; examples: 9600bit/s, 250kbit/s");
        }
        return Long.parseLong(matcher.group(1)) * (matcher.group(2).isEmpty() ? 1 : 1000);
    }

    static final class Probabilities implements ITypeConverter<BothWays<Double>> {
        @Override
        public BothWays<Double> convert(String text) {
            return BothWays.parse(text, RadioOptions::probability);
        }
    }

    static final class Durations implements ITypeConverter<BothWays<Duration>> {
        @Override
        public BothWays<Duration> convert(String text) {
            return BothWays.parse(text, Arguments::duration);
        }
    }

    static final class Bandwidths implements ITypeConverter<BothWays<Long>> {
        @Override
        public BothWays<Long> convert(String text) {
            return BothWays.parse(text, RadioOptions::bitsPerSecond);
        }
    }

    static final class BurstsConverter implements ITypeConverter<Bursts> {
        @Override
        public Bursts convert(String text) {
            String[] parts = text.split("/", -1);
            if (parts.length != 3) {
                throw new TypeConversionException("\"" + text + "\" is not BEGIN/END/LOSS; example: 1%/20%/90%");
            }
            return new Bursts(probability(parts[0]), probability(parts[1]), probability(parts[2]));
        }
    }

    static final class BlackoutsConverter implements ITypeConverter<Blackouts> {
        @Override
        public Blackouts convert(String text) {
            String[] parts = text.split("/", -1);
            if (parts.length != 2) {
                throw new TypeConversionException("\"" + text + "\" is not LENGTH/EVERY; example: 10s/60s");
            }
            try {
                return new Blackouts(Arguments.duration(parts[0]), Arguments.duration(parts[1]));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
