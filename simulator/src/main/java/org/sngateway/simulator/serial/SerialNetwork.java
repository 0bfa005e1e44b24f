// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.serial;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.PortException;
import org.sngateway.transport.serial.SerialLine;
import org.sngateway.transport.serial.SerialPorts;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Framing;
import org.sngateway.transport.serial.framing.Rejection;
import org.sngateway.transport.serial.framing.XbeeAddress;
import org.sngateway.transport.serial.framing.XbeeFrame;

/**
 * Nodes at the far end of one serial line: one node that is the device there; or many, behind a forwarder or an XBee module, which are
 * played, too.
 */
public final class SerialNetwork implements NodeNetwork {
    private static final int MAX_BODY_OCTETS = 2048;
    private static final int QUEUE_OCTETS = 64 << 10;
    /** Serial numbers of the played modules, with Digi's prefix. */
    private static final long FIRST_XBEE_ADDRESS = 0x0013A20040000000L;

    private static final int ADDRESS_NOT_FOUND = 0x24;

    private final SerialPorts ports;
    private final String port;
    private final LineSettings settings;
    private final Framing framing;
    private final boolean encapsulates;
    private final SerialLine line;
    private final Map<Payload, End> ends = new ConcurrentHashMap<>();

    /** @param encapsulates whether the nodes are behind a forwarder */
    public SerialNetwork(
            SerialPorts ports,
            String port,
            LineSettings settings,
            Framing framing,
            boolean encapsulates,
            SimulatorClock clock) {
        this.ports = ports;
        this.port = port;
        this.settings = settings;
        this.framing = framing;
        this.encapsulates = encapsulates;
        this.line = new SerialLine(
                ports, port, settings, framing, MAX_BODY_OCTETS, QUEUE_OCTETS, clock::nanoTime, new Receiving());
    }

    @Override
    public void prepare(int nodes) throws IOException {
        if (nodes > 1 && !encapsulates && !framing.isXbee()) {
            throw new IOException(nodes + " nodes cannot share a line with framing " + framing.label()
                    + ": take one, or --encapsulate, or an xbee framing");
        }
        try {
            ports.open(port, settings).close();
        } catch (PortException e) {
            throw new IOException("cannot open " + port + ": " + e.getMessage(), e);
        }
        line.start();
    }

    @Override
    public NodeSink open(int number, EventLoop loop, Receiver receiver) {
        End end = new End(address(number), number, loop, receiver);
        ends.put(end.address, end);
        return end;
    }

    /** Empty for the only node of a line. */
    private Payload address(int number) {
        if (framing.isXbee()) {
            return XbeeAddress.ofLong(FIRST_XBEE_ADDRESS + number).toOctets();
        }
        return encapsulates ? XbeeAddress.ofShort(number + 1).toOctets() : Payload.EMPTY;
    }

    @Override
    public String gateway() {
        return "serial:" + port;
    }

    @Override
    public String silence() {
        return "no answer to CONNECT; do both ends of the line have the same speed and framing?";
    }

    @Override
    public void close() {
        var unused = line.close();
    }

    private static byte[] encode(SnMessage message) {
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        return ByteBufUtil.getBytes(frame);
    }

    /** One node. */
    private final class End implements NodeSink {
        private final Payload address;
        private final int number;
        private final EventLoop loop;
        private final Receiver receiver;

        End(Payload address, int number, EventLoop loop, Receiver receiver) {
            this.address = address;
            this.number = number;
            this.loop = loop;
            this.receiver = receiver;
        }

        @Override
        public void send(SnMessage message) {
            boolean unused = line.send(body(message));
        }

        private byte[] body(SnMessage message) {
            if (framing.isXbee()) {
                return new XbeeFrame.Received(
                                false,
                                XbeeAddress.of(address),
                                number + 1 & 0x7FFF,
                                false,
                                Payload.wrap(encode(message)))
                        .toOctets();
            }
            return encode(encapsulates ? new ForwarderEncapsulation(0, address, message) : message);
        }

        void deliver(DecodeResult frame) {
            loop.execute(() -> receiver.onFrame(frame));
        }
    }

    /** On the line's thread. */
    private final class Receiving implements FrameSink {
        @Override
        public void onFrame(byte[] body) {
            if (framing.isXbee()) {
                if (XbeeFrame.read(body) instanceof XbeeFrame.TransmitRequest request) {
                    transmit(request);
                }
                return;
            }
            DecodeResult frame = SnCodec.decode(Unpooled.wrappedBuffer(body), Sender.GATEWAY);
            if (frame instanceof DecodeResult.Decoded decoded
                    && decoded.message() instanceof ForwarderEncapsulation wrapped) {
                deliver(ends.get(wrapped.nodeId()), new DecodeResult.Decoded(wrapped.message()));
            } else if (encapsulates) {
                ends.values().forEach(end -> end.deliver(frame)); // what a gateway sends to all
            } else {
                deliver(ends.get(Payload.EMPTY), frame);
            }
        }

        /** What the played module does: it sends, and tells what became of it. */
        private void transmit(XbeeFrame.TransmitRequest request) {
            DecodeResult frame =
                    SnCodec.decode(Unpooled.wrappedBuffer(request.data().asReadOnlyBuffer()), Sender.GATEWAY);
            boolean toAll = request.to().equals(XbeeAddress.BROADCAST);
            End one = ends.get(request.to().toOctets());
            if (request.frameId() != 0) {
                int status = toAll || one != null ? 0 : ADDRESS_NOT_FOUND;
                boolean unused =
                        line.send(new XbeeFrame.TransmitStatus(request.plain(), request.frameId(), status).toOctets());
            }
            if (toAll) {
                ends.values().forEach(end -> end.deliver(frame));
            } else {
                deliver(one, frame);
            }
        }

        private void deliver(@Nullable End to, DecodeResult frame) {
            if (to != null) {
                to.deliver(frame);
            }
        }

        @Override
        public void onRejected(Rejection rejection) {
            // noise; what it cost shows as retransmissions
        }
    }
}
