// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.demo;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.node.NodeConfig;
import org.sngateway.simulator.node.Publication;
import org.sngateway.simulator.node.Workload;
import org.sngateway.simulator.report.Json;

/**
 * A thermometer that can be told something: publishes a temperature every one to two seconds, every other node at QoS 1, and
 * answers each command at QoS 1.
 */
final class DemoWorkload implements Workload {
    static final String ALL_COMMANDS = "demo/all/command";
    private static final int TEMPERATURE = 0;
    private static final int ANSWER = 1;
    private static final long MIN_INTERVAL_NANOS = 1_000_000_000;
    private static final long MAX_INTERVAL_NANOS = 2_000_000_000;
    private static final double NORMAL_CELSIUS = 20;
    private static final int MAX_ANSWERS = 16;

    private final String id;
    private final Qos readingQos;
    private final SplittableRandom random;
    private final DemoOutput output;
    private final Queue<String> commands = new ArrayDeque<>();
    private double celsius;
    private long nextReadingNanos;
    private int sequence;

    DemoWorkload(int number, SplittableRandom random, DemoOutput output) {
        this.id = id(number);
        this.readingQos = number % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE;
        this.random = random;
        this.output = output;
        this.celsius = NORMAL_CELSIUS + random.nextDouble(-5, 5);
    }

    /** The nodes are called demo-1, demo-2 and so on. */
    static String id(int number) {
        return "demo-" + (number + 1);
    }

    static String commandTopic(int number) {
        return "demo/" + id(number) + "/command";
    }

    /** The node that goes with this workload. */
    static NodeConfig config(int number) {
        String id = id(number);
        return new NodeConfig(
                number,
                id,
                List.of("demo/" + id + "/temperature", "demo/" + id + "/answer"),
                List.of(
                        new NodeConfig.Subscription(commandTopic(number), Qos.AT_LEAST_ONCE),
                        new NodeConfig.Subscription(ALL_COMMANDS, Qos.AT_LEAST_ONCE)),
                NodeConfig.Timing.standard());
    }

    @Override
    public long dueNanos() {
        return commands.isEmpty() ? nextReadingNanos : 0;
    }

    @Override
    public Publication next(long nowNanos) {
        String command = commands.poll();
        if (command != null) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("command", command);
            answer.put("ok", true);
            String json = Json.object(answer);
            output.answer(id, json);
            return new Publication(ANSWER, Qos.AT_LEAST_ONCE, sequence++, Payload.utf8(json));
        }
        nextReadingNanos = nowNanos + random.nextLong(MIN_INTERVAL_NANOS, MAX_INTERVAL_NANOS);
        // a random walk that is drawn back to normal
        celsius += random.nextDouble(-0.3, 0.3) + (NORMAL_CELSIUS - celsius) / 100;
        String reading = String.format(Locale.ROOT, "%.2f", celsius);
        output.reading(id, reading);
        return new Publication(TEMPERATURE, readingQos, sequence++, Payload.utf8(reading));
    }

    /** Takes a command; when many come at once, those beyond a few go unanswered. */
    @Override
    public void onDelivery(String topic, Payload data, long nowNanos) {
        String command = data.toUtf8();
        output.command(id, command);
        if (commands.size() < MAX_ANSWERS) {
            commands.add(command);
        }
    }
}
