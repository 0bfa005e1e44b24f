// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/** Plain MQTT clients, one connection each, straight to the broker. Everything of a client happens on one loop. */
final class PlainWorld implements World {
    /** How a loop is waited for. */
    interface Settling {
        /**
         * Waits, within limits, until both hold.
         *
         * @param isDone asked on the loop: whether there is an answer to all that was asked
         * @param isRight asked by the caller: whether everything has arrived
         */
        void await(BooleanSupplier isDone, BooleanSupplier isRight);

        /** Runs {@code action} on the loop, before it returns. */
        void run(Runnable action);
    }

    private final class Client implements BrokerConnection.Listener {
        private final int number;
        private @Nullable BrokerConnection connection;
        private boolean clean;
        private boolean connected;
        private int unanswered;
        private final List<Runnable> onConnected = new ArrayList<>();
        private final List<Received> received = new ArrayList<>();

        Client(int number) {
            this.number = number;
        }

        void connect(boolean cleanSession) {
            clean = cleanSession;
            BrokerConnection made = factory.create(
                    new BrokerConnection.Spec(
                            "plain-" + number,
                            new BrokerConnection.Identity.OfGateway(),
                            cleanSession,
                            !cleanSession,
                            null),
                    loop,
                    this);
            connection = made;
            made.open();
        }

        void disconnect() {
            unanswered++;
            connected = false;
            Objects.requireNonNull(connection)
                    .close(clean ? BrokerConnection.End.END_SESSION : BrokerConnection.End.KEEP_SESSION)
                    .whenComplete((done, failure) -> unanswered--);
            connection = null;
        }

        void whenConnected(Runnable action) {
            if (connected) {
                action.run();
            } else {
                onConnected.add(action);
            }
        }

        void subscribe(String filter, Qos qos) {
            unanswered++;
            whenConnected(() -> Objects.requireNonNull(connection)
                    .subscribe(List.of(new FilterRequest(new TopicFilter(filter), qos, RetainHandling.SEND)))
                    .whenComplete((answers, failure) -> {
                        if (failure == null && answers.get(0).equals(new BrokerConnection.FilterAnswer.Granted(qos))) {
                            unanswered--;
                        }
                    }));
        }

        void unsubscribe(String filter) {
            unanswered++;
            whenConnected(() -> Objects.requireNonNull(connection)
                    .unsubscribe(List.of(new TopicFilter(filter)))
                    .whenComplete((done, failure) -> unanswered--));
        }

        void publish(UpstreamMessage message) {
            unanswered++;
            whenConnected(() -> Objects.requireNonNull(connection).publish(message, outcome -> {
                if (outcome == PublishOutcome.ACCEPTED) {
                    unanswered--;
                }
            }));
        }

        @Override
        public void onConnected(BrokerOffer offer) {
            connected = true;
            onConnected.forEach(Runnable::run);
            onConnected.clear();
        }

        @Override
        public void onDisconnected(Disconnection disconnection) {
            connected = false;
        }

        @Override
        public void onMessage(BrokerMessage message) {
            add(new Received(message.topic(), message.payload().toUtf8(), message.qos(), message.retained()));
            message.acknowledge().run();
        }

        /** Some brokers send a copy for each filter that matches, one after the other; the best of them counts. */
        private void add(Received message) {
            int last = received.size() - 1;
            while (last >= 0 && !received.get(last).topic().equals(message.topic())) {
                last--;
            }
            Received known = last < 0 ? null : received.get(last);
            if (known == null
                    || message.retained()
                    || known.retained()
                    || !known.data().equals(message.data())) {
                received.add(message);
            } else if (message.qos().level() > known.qos().level()) {
                received.set(last, message);
            }
        }

        void fence() {
            if (connected) {
                unsubscribe("fence");
            }
        }

        boolean isIdle() {
            return unanswered == 0 && (connection == null || connected);
        }
    }

    private final String name;
    private final BrokerConnection.Factory factory;
    private final OwnerLoop loop;
    private final Settling settling;
    private final List<Client> clients;

    PlainWorld(String name, int devices, BrokerConnection.Factory factory, OwnerLoop loop, Settling settling) {
        this.name = name;
        this.factory = factory;
        this.loop = loop;
        this.settling = settling;
        clients = IntStream.range(0, devices).mapToObj(Client::new).toList();
    }

    @Override
    public String name() {
        return name;
    }

    private void on(int device, Consumer<Client> action) {
        settling.run(() -> action.accept(clients.get(device)));
    }

    @Override
    public void connect(int device, boolean clean) {
        on(device, client -> client.connect(clean));
    }

    @Override
    public void disconnect(int device) {
        on(device, Client::disconnect);
    }

    @Override
    public void subscribe(int device, String filter, Qos qos) {
        on(device, client -> client.subscribe(filter, qos));
    }

    @Override
    public void unsubscribe(int device, String filter) {
        on(device, client -> client.unsubscribe(filter));
    }

    @Override
    public void publish(int device, String topic, String data, Qos qos, boolean retain) {
        UpstreamMessage message = new UpstreamMessage(topic, Payload.utf8(data), qos, retain);
        on(device, client -> client.publish(message));
    }

    @Override
    public void settle(BooleanSupplier isRight) {
        settling.await(() -> clients.stream().allMatch(Client::isIdle), isRight);
        // What the broker has sent before it answers comes before the answer.
        settling.run(() -> clients.forEach(Client::fence));
        settling.await(() -> clients.stream().allMatch(Client::isIdle), () -> true);
    }

    @Override
    public List<Received> received(int device) {
        List<Received> copy = new ArrayList<>();
        on(device, client -> copy.addAll(client.received));
        return copy;
    }

    @Override
    public void forget() {
        settling.run(() -> clients.forEach(client -> client.received.clear()));
    }

    @Override
    public void close() {
        for (int i = 0; i < clients.size(); i++) {
            on(i, client -> {
                if (client.connection != null) {
                    client.disconnect();
                }
            });
        }
    }
}
