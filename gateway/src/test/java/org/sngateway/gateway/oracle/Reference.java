// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;

/** MQTT as the standard has it, without networks and time: each client gets a message once, as its best subscription says. */
final class Reference implements World {
    private static final class Client {
        boolean connected;
        boolean clean;
        final Map<TopicFilter, Qos> subscriptions = new LinkedHashMap<>();
        final List<Received> queued = new ArrayList<>();
        final List<Received> received = new ArrayList<>();
    }

    private record Stored(String data, Qos qos) {}

    private final List<Client> clients;
    private final Map<String, Stored> retained = new TreeMap<>();

    Reference(int devices) {
        clients = IntStream.range(0, devices).mapToObj(i -> new Client()).toList();
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public void connect(int device, boolean clean) {
        Client client = clients.get(device);
        if (clean) {
            client.subscriptions.clear();
            client.queued.clear();
        }
        client.connected = true;
        client.clean = clean;
        client.received.addAll(client.queued);
        client.queued.clear();
    }

    @Override
    public void disconnect(int device) {
        Client client = clients.get(device);
        client.connected = false;
        if (client.clean) {
            client.subscriptions.clear();
        }
    }

    @Override
    public void subscribe(int device, String filter, Qos qos) {
        Client client = clients.get(device);
        TopicFilter subscribed = new TopicFilter(filter);
        client.subscriptions.put(subscribed, qos);
        retained.forEach((topic, stored) -> {
            if (subscribed.matches(topic)) {
                client.received.add(new Received(topic, stored.data, stored.qos.min(qos), true));
            }
        });
    }

    @Override
    public void unsubscribe(int device, String filter) {
        clients.get(device).subscriptions.remove(new TopicFilter(filter));
    }

    @Override
    public void publish(int device, String topic, String data, Qos qos, boolean retain) {
        if (retain && data.isEmpty()) {
            retained.remove(topic);
        } else if (retain) {
            retained.put(topic, new Stored(data, qos));
        }
        for (Client client : clients) {
            client.subscriptions.entrySet().stream()
                    .filter(each -> each.getKey().matches(topic))
                    .map(each -> each.getValue())
                    .reduce((a, b) -> a.level() >= b.level() ? a : b)
                    .ifPresent(best -> deliver(client, new Received(topic, data, qos.min(best), false)));
        }
    }

    private static void deliver(Client client, Received message) {
        if (client.connected) {
            client.received.add(message);
        } else if (message.qos() != Qos.AT_MOST_ONCE) {
            client.queued.add(message);
        }
    }

    @Override
    public void settle(BooleanSupplier isRight) {}

    @Override
    public List<Received> received(int device) {
        return clients.get(device).received;
    }

    @Override
    public void forget() {
        clients.forEach(client -> client.received.clear());
    }

    @Override
    public void close() {}
}
