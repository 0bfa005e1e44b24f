// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;

/**
 * A device that a test plays message by message, so that the test reads as the wire does. What the gateway sends to the device's
 * address is expected in the order in which it was sent; nothing may be left out.
 */
public final class LockstepDevice {
    private final FakeTransport transport;
    private final DeviceAddress address;
    private final Consumer<Runnable> loop;

    /** @param loop runs what it is given as the loop on which the frames of {@code address} arrive, and what follows from it */
    public LockstepDevice(FakeTransport transport, DeviceAddress address, Consumer<Runnable> loop) {
        this.transport = transport;
        this.address = address;
        this.loop = loop;
    }

    public DeviceAddress address() {
        return address;
    }

    public void send(SnMessage message) {
        loop.accept(() -> transport.receive(address, message));
    }

    /** Sends octets, whatever they are. */
    public void sendHex(String hex) {
        loop.accept(() -> transport.receive(address, Payload.hex(hex.replace(" ", ""))));
    }

    /** The next message the gateway sent is exactly this one. */
    public void expect(SnMessage message) {
        assertThat(transport.poll(address)).as("next message to %s", address).isEqualTo(message);
    }

    /** The next message the gateway sent is of this type. */
    public <M extends SnMessage> M expect(Class<M> type) {
        SnMessage next = transport.poll(address);
        assertThat(next).as("next message to %s", address).isInstanceOf(type);
        return type.cast(Objects.requireNonNull(next));
    }

    /** The next message the gateway sent is of this type and satisfies {@code assertion}. */
    public <M extends SnMessage> M expect(Class<M> type, Consumer<? super M> assertion) {
        M next = expect(type);
        assertion.accept(next);
        return next;
    }

    /** The gateway has sent nothing more. */
    public void expectNothing() {
        assertThat(transport.sentTo(address)).as("sent to %s", address).isEmpty();
    }

    /** Takes the next message the gateway sent; null when there is none. */
    public @Nullable SnMessage poll() {
        return transport.poll(address);
    }

    /** Forgets what the gateway sent. */
    public void skipAll() {
        while (transport.poll(address) != null) {}
    }
}
