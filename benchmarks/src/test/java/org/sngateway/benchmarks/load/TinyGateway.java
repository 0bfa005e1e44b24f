// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Just enough of a gateway to try the benchmark on: sessions without limits or timers, QoS 0 and 1, one MQTT connection. It may
 * lose every n-th datagram to show that the devices repeat what is lost. Written with streams and maps of its own, so that
 * the parser under test has another's encoder as its peer.
 */
final class TinyGateway implements AutoCloseable {
    private record Pending(SocketAddress device, int topicId, int msgId) {}

    private final DatagramChannel devices;
    private final InetSocketAddress address;
    private final Socket broker;
    private final DataInputStream fromBroker;
    private final OutputStream toBroker;
    private final int loseEvery;
    private final Map<Integer, String> names = new ConcurrentHashMap<>();
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();
    private final Map<String, SocketAddress> subscribers = new ConcurrentHashMap<>();
    private final Map<Integer, Pending> pending = new ConcurrentHashMap<>();
    private int lastPacketId;
    private int lastMsgId;
    private int datagrams;

    private TinyGateway(int brokerPort, int port, int loseEvery) throws IOException {
        this.loseEvery = loseEvery;
        devices = DatagramChannel.open().bind(Loopback.port(port));
        address = (InetSocketAddress) devices.getLocalAddress();
        InetSocketAddress to = Loopback.port(brokerPort);
        broker = new Socket(to.getAddress(), to.getPort());
        broker.setTcpNoDelay(true);
        fromBroker = new DataInputStream(new BufferedInputStream(broker.getInputStream()));
        toBroker = broker.getOutputStream();
    }

    /**
     * @param port 0 for any
     * @param loseEvery 0 to lose nothing
     */
    static TinyGateway start(int brokerPort, int port, int loseEvery) throws IOException {
        TinyGateway gateway = new TinyGateway(brokerPort, port, loseEvery);
        ByteBuffer body = ByteBuffer.allocate(64)
                .put(string("MQTT"))
                .put(new byte[] {5, 2, 0, 60, 0})
                .put(string("tiny"));
        gateway.packet(0x10, body.flip());
        gateway.daemon("tiny-devices", gateway::serveDevices);
        gateway.daemon("tiny-broker", gateway::serveBroker);
        return gateway;
    }

    /** Arguments: a configuration as the benchmark generates it. */
    public static void main(String[] arguments) throws Exception {
        String config = Files.readString(Path.of(arguments[0]));
        start(
                number(config, "mqtt://127\\.0\\.0\\.1:(\\d+)"),
                number(config, "udp, bind: \"127\\.0\\.0\\.1:(\\d+)"),
                0);
        System.out.println("ready");
        Thread.currentThread().join();
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        try {
            devices.close();
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serveDevices() throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(65_535);
        while (true) {
            SocketAddress device = devices.receive(frame.clear());
            if (loseEvery == 0 || ++datagrams % loseEvery != 0) {
                onFrame(device, frame.flip());
            }
        }
    }

    private void onFrame(SocketAddress device, ByteBuffer frame) throws IOException {
        int length = frame.get() & 0xFF;
        if (length == 1) {
            frame.getShort();
        }
        switch (frame.get()) {
            case 0x04 -> reply(device, 3, 0x05, 0);
            case 0x18 -> reply(device, 2, 0x18);
            case 0x0A -> {
                frame.getShort();
                int msgId = frame.getShort() & 0xFFFF;
                int id = idOf(rest(frame));
                reply(device, 7, 0x0B, id >> 8, id, msgId >> 8, msgId, 0);
            }
            case 0x12 -> {
                frame.get();
                int msgId = frame.getShort() & 0xFFFF;
                String topic = rest(frame);
                int id = idOf(topic);
                subscribers.put(topic, device);
                byte[] filter = string(topic);
                packet(
                        0x82,
                        ByteBuffer.allocate(100)
                                .putShort((short) 1)
                                .put((byte) 0)
                                .put(filter)
                                .put((byte) 1)
                                .flip());
                reply(device, 8, 0x13, 0x20, id >> 8, id, msgId >> 8, msgId, 0);
            }
            case 0x0C -> onPublish(device, frame);
            default -> {
                // A PUBACK: nothing waits for it here.
            }
        }
    }

    private void onPublish(SocketAddress device, ByteBuffer frame) throws IOException {
        int qos = (frame.get() >> 5) & 3;
        int topicId = frame.getShort() & 0xFFFF;
        int msgId = frame.getShort() & 0xFFFF;
        ByteBuffer body = ByteBuffer.allocate(70_000).put(string(names.getOrDefault(topicId, "bench/unknown")));
        if (qos == 1) {
            lastPacketId = lastPacketId % 65_535 + 1;
            pending.put(lastPacketId, new Pending(device, topicId, msgId));
            body.putShort((short) lastPacketId);
        }
        packet(0x30 | qos << 1, body.put((byte) 0).put(frame).flip());
    }

    private void serveBroker() throws IOException {
        while (true) {
            int first = fromBroker.readUnsignedByte();
            int remaining = 0;
            int octet;
            int shift = 0;
            do {
                octet = fromBroker.readUnsignedByte();
                remaining |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet > 0x7F);
            ByteBuffer body = ByteBuffer.wrap(fromBroker.readNBytes(remaining));
            if (first >> 4 == 4) {
                Pending done = pending.remove(body.getShort() & 0xFFFF);
                if (done != null) {
                    reply(done.device, 7, 0x0D, done.topicId >> 8, done.topicId, done.msgId >> 8, done.msgId, 0);
                }
            } else if (first >> 4 == 3) {
                onDelivery(body);
            }
        }
    }

    private void onDelivery(ByteBuffer body) throws IOException {
        byte[] name = new byte[body.getShort()];
        body.get(name);
        short packetId = body.getShort();
        body.get();
        String topic = new String(name, StandardCharsets.UTF_8);
        lastMsgId = lastMsgId % 65_535 + 1;
        int octets = 7 + body.remaining();
        ByteBuffer frame =
                ByteBuffer.allocate(octets).put((byte) octets).put((byte) 0x0C).put((byte) 0x20);
        frame.putShort((short) idOf(topic)).putShort((short) lastMsgId).put(body);
        devices.send(frame.flip(), subscribers.get(topic));
        packet(0x40, ByteBuffer.allocate(2).putShort(packetId).flip());
    }

    private void reply(SocketAddress device, int... octets) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(octets.length);
        for (int octet : octets) {
            frame.put((byte) octet);
        }
        devices.send(frame.flip(), device);
    }

    /** One packet in two writes, so that the sink sees cut ones. */
    private void packet(int first, ByteBuffer body) throws IOException {
        byte[] header = new byte[5];
        header[0] = (byte) first;
        int rest = body.remaining();
        int octets = 1;
        do {
            header[octets++] = (byte) (rest > 0x7F ? (rest & 0x7F) | 0x80 : rest);
            rest >>>= 7;
        } while (rest > 0);
        synchronized (toBroker) {
            toBroker.write(header, 0, octets);
            toBroker.write(octetsOf(body));
        }
    }

    private int idOf(String topic) {
        synchronized (ids) {
            int id = ids.computeIfAbsent(topic, t -> ids.size() + 1);
            names.put(id, topic);
            return id;
        }
    }

    private static String rest(ByteBuffer frame) {
        return StandardCharsets.UTF_8.decode(frame).toString();
    }

    private static byte[] octetsOf(ByteBuffer buffer) {
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        return octets;
    }

    private static byte[] string(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + octets.length)
                .putShort((short) octets.length)
                .put(octets)
                .array();
    }

    private static int number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern + " in " + text);
        }
        return Integer.parseInt(matcher.group(1));
    }

    private interface Service {
        void run() throws IOException;
    }

    private void daemon(String name, Service service) {
        Thread thread = new Thread(
                () -> {
                    try {
                        service.run();
                    } catch (ClosedChannelException e) {
                        // close() was called
                    } catch (IOException e) {
                        if (devices.isOpen()) {
                            throw new IllegalStateException(name + " failed", e);
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
