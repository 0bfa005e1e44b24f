// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.sngateway.codec.message.Qos;

/**
 * Several connections that share the work of observing: each subscribes to a part of the topics. A broker drops messages for a
 * subscriber whose queue is full (Mosquitto: 20 in flight and 1000 waiting unless configured), and what the broker drops on the
 * last yard would look like loss. With more connections there is more room for bursts.
 */
public final class ObserverPool implements AutoCloseable {
    private final List<BrokerObserver> observers = new ArrayList<>();

    private ObserverPool() {}

    /**
     * Connects {@code count} observers.
     *
     * @param listener hears of the messages of all, so by several threads at once
     * @throws IOException when the broker cannot be reached or refuses
     */
    public static ObserverPool connect(
            InetSocketAddress broker,
            String clientIdPrefix,
            int count,
            Duration timeout,
            BrokerObserver.ArrivalListener listener)
            throws IOException {
        ObserverPool pool = new ObserverPool();
        try {
            for (int i = 0; i < count; i++) {
                pool.observers.add(BrokerObserver.connect(broker, clientIdPrefix + i, timeout, listener));
            }
        } catch (IOException e) {
            pool.close();
            throw e;
        }
        return pool;
    }

    /**
     * Each observer subscribes to the filter that {@code filterOf} gives for its number, 0 up to the count.
     *
     * @throws IOException when the broker refuses or does not answer in time
     */
    public void subscribe(IntFunction<String> filterOf, Qos qos) throws IOException {
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).subscribe(filterOf.apply(i), qos);
        }
    }

    @Override
    public void close() {
        observers.forEach(BrokerObserver::close);
    }
}
