// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Payload;
import org.sngateway.transport.serial.framing.XbeeAddress;
import org.sngateway.transport.serial.framing.XbeeFrame;

/**
 * An XBee module at the end of a line, and the nodes it reaches. A node is known by its 64-bit address, and by the 16-bit one only where
 * the module tells no other. Nothing waits for a transmit status: it is matched by its frame id, counted and logged, and what did not
 * arrive is sent again when MQTT-SN's own timers say so.
 */
final class XbeeModule implements LineEnd {
    private static final Logger log = LoggerFactory.getLogger(XbeeModule.class);

    private static final int FRAME_IDS = 255;
    /** How many nodes' network addresses are remembered; those of others are left to the module to find. */
    private static final int MAX_KNOWN_NODES = 4096;

    /** How a node was last heard: in which form of frame, and with which network address. */
    private record Way(boolean plain, int network) {}

    private final String port;
    private final Map<XbeeAddress, Way> ways = new ConcurrentHashMap<>();
    /** To whom the frame with this id, counted from 1, went. */
    private final AtomicReferenceArray<@Nullable XbeeAddress> underWay = new AtomicReferenceArray<>(FRAME_IDS + 1);

    private final AtomicInteger lastFrameId = new AtomicInteger();
    private final LongAdder undelivered = new LongAdder();
    /** The module is one of the first for 802.15.4, as far as what it has sent shows. */
    private volatile boolean plain;

    /** @param port for the log */
    XbeeModule(String port) {
        this.port = port;
    }

    @Override
    public @Nullable Arrival receive(byte[] body) {
        XbeeFrame frame = XbeeFrame.read(body);
        if (frame instanceof XbeeFrame.Received received) {
            learn(received);
            return new Arrival(received.from().toOctets(), received.broadcast(), received.data());
        }
        if (frame instanceof XbeeFrame.TransmitStatus status) {
            onStatus(status);
        } else if (frame instanceof XbeeFrame.ModemStatus status) {
            log.atInfo()
                    .addKeyValue("port", port)
                    .addKeyValue("status", status.status())
                    .log("radio module status");
        } else {
            log.atDebug().addKeyValue("port", port).addKeyValue("frame", frame).log("frame of no use");
        }
        return null;
    }

    private void learn(XbeeFrame.Received received) {
        plain = received.plain();
        Way way = new Way(received.plain(), received.network());
        if (!way.equals(ways.get(received.from()))
                && (ways.size() < MAX_KNOWN_NODES || ways.containsKey(received.from()))) {
            ways.put(received.from(), way);
        }
    }

    private void onStatus(XbeeFrame.TransmitStatus status) {
        if (status.frameId() == 0 || status.isDelivered()) {
            return;
        }
        undelivered.increment();
        XbeeAddress to = underWay.getAndSet(status.frameId(), null);
        if (to != null) {
            ways.computeIfPresent(to, (node, way) -> new Way(way.plain(), XbeeAddress.UNKNOWN_NETWORK));
        }
        log.atDebug()
                .addKeyValue("port", port)
                .addKeyValue("node", to)
                .addKeyValue("status", Integer.toHexString(status.status()))
                .log("radio module could not deliver a frame");
    }

    @Override
    public byte[] toNode(Payload node, byte[] frame) {
        XbeeAddress to = XbeeAddress.of(node);
        Way way = ways.get(to);
        return way == null
                ? request(plain, to, XbeeAddress.UNKNOWN_NETWORK, 0, frame)
                : request(way.plain(), to, way.network(), 0, frame);
    }

    @Override
    public byte[] toAll(byte[] frame, int radius) {
        return request(plain, XbeeAddress.BROADCAST, XbeeAddress.UNKNOWN_NETWORK, radius, frame);
    }

    private byte[] request(boolean inPlainForm, XbeeAddress to, int network, int radius, byte[] frame) {
        int frameId = lastFrameId.updateAndGet(last -> last % FRAME_IDS + 1);
        underWay.set(frameId, to);
        return new XbeeFrame.TransmitRequest(inPlainForm, frameId, to, network, radius, Payload.wrap(frame)).toOctets();
    }

    @Override
    public int overheadOctets() {
        return XbeeFrame.MAX_OVERHEAD_OCTETS;
    }

    @Override
    public long undelivered() {
        return undelivered.sum();
    }
}
