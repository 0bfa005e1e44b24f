// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sngateway.codec.message.Qos;

/**
 * A random history of devices with heavily overlapping filters, lived through by several worlds at once; after each step every device
 * must have got the same in all of them, topic by topic.
 *
 * <p>In one step either subscriptions change, or connections of devices, or messages are published, each topic by one device: so what a
 * device is to get does not depend on who is faster.
 */
final class History {
    private static final List<String> FILTERS = List.of(
            "home/1/temp",
            "home/1/+",
            "home/+/temp",
            "home/#",
            "#",
            "+/1/#",
            "+/+/temp",
            "home/1/#",
            "yard/#",
            "yard/gate");
    private static final List<String> TOPICS =
            List.of("home/1/temp", "home/2/temp", "home/1/door", "home/1", "yard/gate", "yard/1/temp");

    private final Random random;
    private final int devices;
    private final int steps;
    private final Reference reference;
    private final List<World> worlds;
    private final List<String> told = new ArrayList<>();

    private final boolean[] connected;
    private final boolean[] clean;
    private final List<List<String>> subscribed = new ArrayList<>();
    /** Topics with another message since the last empty one, so that no device gets two that are the same in a row. */
    private final Set<String> clearable = new HashSet<>();

    private int published;

    /** @param worlds what is compared with the reference */
    History(Random random, int devices, int steps, List<World> worlds) {
        this.random = random;
        this.devices = devices;
        this.steps = steps;
        this.reference = new Reference(devices);
        this.worlds = worlds;
        this.connected = new boolean[devices];
        this.clean = new boolean[devices];
        IntStream.range(0, devices).forEach(i -> subscribed.add(new ArrayList<>()));
    }

    void run() {
        try {
            for (int device = 0; device < devices; device++) {
                connect(device);
            }
            compare();
            for (int i = 0; i < devices; i++) {
                subscribeOrUnsubscribe(random.nextInt(devices));
            }
            compare();
            for (int step = 0; step < steps; step++) {
                step();
                compare();
            }
        } catch (RuntimeException | AssertionError failure) {
            int from = Math.max(0, told.size() - 400);
            throw new AssertionError("after\n" + String.join("\n", told.subList(from, told.size())), failure);
        }
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> several(20, () -> subscribeOrUnsubscribe(random.nextInt(devices)));
            case 3, 4 -> several(8, this::connectOrDisconnect);
            case 5 -> {
                boolean sessionKept = random.nextBoolean();
                int which = random.nextInt();
                told.add("lose connections " + which + (sessionKept ? ", sessions kept" : ""));
                worlds.forEach(world -> world.loseConnections(sessionKept, which));
                if (sessionKept) {
                    // The broker keeps them for the gateway.
                    publishBurst(1);
                }
            }
            default -> publishBurst(0);
        }
    }

    private void several(int most, Runnable action) {
        for (int count = 1 + random.nextInt(most); count > 0; count--) {
            action.run();
        }
    }

    // ---- what happens everywhere

    private void connect(int device) {
        connected[device] = true;
        clean[device] = random.nextBoolean();
        if (clean[device]) {
            subscribed.get(device).clear();
        }
        everywhere("connect " + device + " clean " + clean[device], world -> world.connect(device, clean[device]));
    }

    private void connectOrDisconnect() {
        int device = random.nextInt(devices);
        if (!touched.add(device)) {
            return;
        }
        if (!connected[device]) {
            connect(device);
            return;
        }
        connected[device] = false;
        if (clean[device]) {
            subscribed.get(device).clear();
        }
        everywhere("disconnect " + device, world -> world.disconnect(device));
    }

    private void subscribeOrUnsubscribe(int device) {
        if (!connected[device]) {
            return;
        }
        List<String> mine = subscribed.get(device);
        if (!mine.isEmpty() && random.nextInt(3) == 0) {
            String ended = mine.get(random.nextInt(mine.size()));
            if (!touchedFilters.add(device + " " + ended)) {
                return;
            }
            mine.remove(ended);
            everywhere("unsubscribe " + device + " " + ended, world -> world.unsubscribe(device, ended));
            return;
        }
        String filter = FILTERS.get(random.nextInt(FILTERS.size()));
        if (!touchedFilters.add(device + " " + filter)) {
            return;
        }
        Qos qos = Qos.ofBits(random.nextInt(3));
        mine.remove(filter);
        mine.add(filter);
        everywhere("subscribe " + device + " " + filter + " " + qos, world -> world.subscribe(device, filter, qos));
    }

    private void publishBurst(int leastQos) {
        List<Integer> publishers = IntStream.range(0, devices)
                .filter(device -> connected[device])
                .boxed()
                .collect(Collectors.toCollection(ArrayList::new));
        if (publishers.isEmpty()) {
            return;
        }
        Collections.shuffle(publishers, random);
        for (String topic : TOPICS) {
            int device = publishers.get(random.nextInt(publishers.size()));
            // Only messages of one QoS keep their order.
            Qos qos = Qos.ofBits(leastQos + random.nextInt(3 - leastQos));
            for (int count = random.nextInt(4); count > 0; count--) {
                boolean retain = random.nextInt(3) == 0;
                boolean clears = retain && clearable.contains(topic) && random.nextInt(3) == 0;
                if (clears) {
                    clearable.remove(topic);
                } else if (qos != Qos.AT_MOST_ONCE) {
                    clearable.add(topic);
                }
                String data = clears ? "" : Integer.toString(++published);
                everywhere(
                        "publish " + device + " " + topic + " '" + data + "' " + qos + (retain ? " retain" : ""),
                        world -> world.publish(device, topic, data, qos, retain));
            }
        }
    }

    private interface Action {
        void in(World world);
    }

    private void everywhere(String what, Action action) {
        told.add(what);
        action.in(reference);
        worlds.forEach(action::in);
    }

    // ---- comparing

    /** What has been touched in this step, since the order of two things in one step is not the same everywhere. */
    private final TreeSet<Integer> touched = new TreeSet<>();

    private final TreeSet<String> touchedFilters = new TreeSet<>();

    private void compare() {
        touched.clear();
        touchedFilters.clear();
        told.add("--");
        for (World world : worlds) {
            world.settle(() -> IntStream.range(0, devices)
                    .allMatch(device -> byTopic(world.received(device)).equals(byTopic(reference.received(device)))));
            for (int device = 0; device < devices; device++) {
                assertThat(byTopic(world.received(device)))
                        .as("what device %d has got by %s", device, world.name())
                        .isEqualTo(byTopic(reference.received(device)));
            }
            world.forget();
        }
        reference.forget();
    }

    /** In a step in which subscriptions change there are only retained messages: one of each topic for each SUBSCRIBE, in any order. */
    private static Map<String, List<Received>> byTopic(List<Received> all) {
        Map<String, List<Received>> sorted = new TreeMap<>();
        all.forEach(each ->
                sorted.computeIfAbsent(each.topic(), first -> new ArrayList<>()).add(each));
        sorted.values().stream()
                .filter(messages -> messages.stream().allMatch(Received::retained))
                .forEach(messages -> messages.sort(Comparator.comparing(Received::toString)));
        return sorted;
    }
}
