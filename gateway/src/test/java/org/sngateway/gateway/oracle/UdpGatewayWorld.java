// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.gateway.Gateway;
import org.sngateway.gateway.config.GatewayConfig;

/** MQTT-SN devices with sockets of their own, a gateway and its broker. All devices live on the thread of the test. */
final class UdpGatewayWorld implements World {
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Gateway gateway;
    private final Selector selector;
    private final List<SnNode> nodes = new ArrayList<>();
    private final List<DatagramChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(2048);

    UdpGatewayWorld(int devices, GatewayConfig config) throws IOException {
        gateway = Gateway.start(config);
        String address = gateway.addresses().get(0);
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        selector = Selector.open();
        for (int i = 0; i < devices; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            SnNode node = new SnNode("node-" + i, message -> send(channel, message));
            channel.register(selector, SelectionKey.OP_READ, node);
            channels.add(channel);
            nodes.add(node);
        }
    }

    private static void send(DatagramChannel channel, SnMessage message) {
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        try {
            channel.write(frame.nioBuffer());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String name() {
        return "gateway";
    }

    @Override
    public void connect(int device, boolean clean) {
        nodes.get(device).connect(clean);
    }

    @Override
    public void disconnect(int device) {
        nodes.get(device).disconnect();
    }

    @Override
    public void subscribe(int device, String filter, Qos qos) {
        nodes.get(device).subscribe(filter, qos);
    }

    @Override
    public void unsubscribe(int device, String filter) {
        nodes.get(device).unsubscribe(filter);
    }

    @Override
    public void publish(int device, String topic, String data, Qos qos, boolean retain) {
        nodes.get(device).publish(topic, data, qos, retain);
    }

    @Override
    public void settle(BooleanSupplier isRight) {
        long begin = System.nanoTime();
        long lastRepeat = begin;
        do {
            try {
                receive();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            if (System.nanoTime() - lastRepeat > REPEAT_NANOS) {
                lastRepeat = System.nanoTime();
                nodes.forEach(SnNode::repeat);
            }
        } while (System.nanoTime() - begin < OracleIT.PATIENCE.toNanos()
                && !(nodes.stream().allMatch(SnNode::isIdle) && isRight.getAsBoolean()));
    }

    private void receive() throws IOException {
        selector.select(5);
        for (SelectionKey key : selector.selectedKeys()) {
            SnNode node = (SnNode) key.attachment();
            DatagramChannel channel = (DatagramChannel) key.channel();
            buffer.clear();
            while (channel.read(buffer) > 0) {
                DecodeResult decoded = SnCodec.decode(Unpooled.wrappedBuffer(buffer.flip()), Sender.GATEWAY);
                node.onMessage(((DecodeResult.Decoded) decoded).message());
                buffer.clear();
            }
        }
        selector.selectedKeys().clear();
    }

    /**
     * Without a retained message that comes live, too: in the time in which retained messages are fetched it may be published, and come
     * by the lane that fetches them before it comes by the live one (ADR 9).
     */
    @Override
    public List<Received> received(int device) {
        List<Received> all = nodes.get(device).received();
        return all.stream()
                .filter(each -> !each.retained()
                        || all.stream()
                                .noneMatch(other -> !other.retained()
                                        && other.topic().equals(each.topic())
                                        && other.data().equals(each.data())))
                .toList();
    }

    @Override
    public void forget() {
        nodes.forEach(SnNode::forget);
    }

    @Override
    public void close() {
        gateway.close();
        try {
            for (DatagramChannel channel : channels) {
                channel.close();
            }
            selector.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
