// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.sngateway.codec.message.Qos;

/** Where a history happens. Devices are numbered from 0. Nothing is promised to have happened before {@link #settle}. */
interface World extends AutoCloseable {
    String name();

    /**
     * The device connects.
     *
     * @param clean whether what is left of an earlier session ends, and this one with its connection
     */
    void connect(int device, boolean clean);

    void disconnect(int device);

    void subscribe(int device, String filter, Qos qos);

    void unsubscribe(int device, String filter);

    /** The messages of one device are published in the order of the calls. */
    void publish(int device, String topic, String data, Qos qos, boolean retain);

    /** Connections of the gateway to the broker, some or all, are lost; those of devices stay. */
    default void loseConnections(boolean sessionKept, int which) {}

    /**
     * Waits until all that has been asked for has happened.
     *
     * @param isRight whether every device has got what it should; a world whose end cannot be seen waits for it, within limits
     */
    void settle(BooleanSupplier isRight);

    /** What the device has got since {@link #forget}, in order. */
    List<Received> received(int device);

    /** A new step begins. */
    void forget();

    @Override
    void close();
}
