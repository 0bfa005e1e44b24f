// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.serial.JSerialCommPorts;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.SerialLine;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Framing;
import org.sngateway.transport.serial.framing.Rejection;

/** A serial line with one device at its end: two pseudo-terminals. */
final class SerialWire implements Wire {
    private static final int MAX_OCTETS = 2048;
    private static final int QUEUE_OCTETS = 64 << 10;
    private static final int OPENING_POLLS = 1000;
    /** What the device before may still be sent. */
    private static final int LEFTOVER_MILLIS = 200;

    private final NullModemCable cable;
    private final Framing framing;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private final SerialLine line;

    SerialWire(Path directory, Framing framing) throws IOException, InterruptedException {
        NullModemCable.require();
        this.framing = framing;
        cable = new NullModemCable(directory);
        line = new SerialLine(
                new JSerialCommPorts(),
                cable.far(),
                LineSettings.of(115_200),
                framing,
                MAX_OCTETS,
                QUEUE_OCTETS,
                Clocks.monotonic(),
                new Received());
    }

    NullModemCable cable() {
        return cable;
    }

    @Override
    public String listener() {
        return "{ type: serial, port: \"" + cable.near() + "\", framing: " + framing.label() + " }";
    }

    @Override
    public void attach(String address) throws IOException {
        assertThat(address).isEqualTo("serial:" + cable.near());
        line.start();
        awaitOpen();
    }

    private void awaitOpen() throws IOException {
        try {
            for (int poll = 0; !line.isOpen(); poll++) {
                assertThat(poll).as("polls until the device's port is open").isLessThan(OPENING_POLLS);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public Link link() throws IOException {
        Link link = new DeviceEnd();
        while (link.receive(LEFTOVER_MILLIS) != null) {
            // not for this device
        }
        return link;
    }

    @Override
    public void close() {
        line.close().toCompletableFuture().join();
        cable.close();
    }

    private final class DeviceEnd implements Link {
        /** What is sent while the port is away is lost, as it would be. */
        @Override
        public void send(byte[] frame) {
            boolean unused = line.send(frame);
        }

        @Override
        public byte @Nullable [] receive(int millis) throws IOException {
            try {
                return received.poll(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            // the line stays for the next device
        }
    }

    private final class Received implements FrameSink {
        @Override
        public void onFrame(byte[] body) {
            received.add(body);
        }

        @Override
        public void onRejected(Rejection rejection) {
            // a frame that was cut by a pulled cable
        }
    }
}
