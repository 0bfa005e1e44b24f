// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.Transport;
import org.sngateway.transport.forwarder.ForwarderTransport;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.serial.PortException.Reason;
import org.sngateway.transport.serial.framing.FrameSink;
import org.sngateway.transport.serial.framing.Framing;
import org.sngateway.transport.serial.framing.Rejection;
import org.sngateway.transport.serial.framing.XbeeAddress;
import org.sngateway.transport.serial.framing.XbeeFrame;

class SerialTransportTest {
    private static final SerialLine.Retry FAST = new SerialLine.Retry(Duration.ofMillis(1), Duration.ofMillis(20));
    private static final String PORT = "/dev/ttyFAKE";
    private static final XbeeAddress NODE = XbeeAddress.ofLong(0x0013A20040C1D2E3L);
    private static final Payload PING = Payload.hex("0216");

    private final FakePorts ports = new FakePorts();
    private final OwnerLoops loops = OwnerLoops.startNio(2);
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private @Nullable Transport transport;
    private Framing framing = Framing.SLIP;

    private record Heard(DeviceAddress from, DecodeResult frame, boolean broadcast) {
        SnMessage message() {
            return ((DecodeResult.Decoded) frame).message();
        }
    }

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.close().toCompletableFuture().join();
        }
        loops.close();
    }

    @Test
    void shouldCarryFramesBothWays() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.SLIP);

        plug.send(Framing.SLIP.encode(PING.toByteArray()));
        Heard ping = hear();
        assertThat(ping.from())
                .isEqualTo(new DeviceAddress.Serial(3, PORT, Payload.EMPTY))
                .hasToString("serial:" + PORT);
        assertThat(ping.message()).isEqualTo(new PingReq(""));
        onLoop(() -> line.send(ping.from(), new PingResp()));

        assertThat(Payload.wrap(plug.receive())).isEqualTo(Payload.hex("c00217c0"));
        assertThat(line.stats().framesIn()).isEqualTo(1);
        assertThat(line.stats().octetsOut()).isEqualTo(2);
        assertThat(lineStats()).isEqualTo(new LineStats(true, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldPassOnMalformedMessagesAndCountNoise() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        open(Framing.SLIP);

        plug.send(Payload.hex("c002db16c0c00316c0").toByteArray());

        assertThat(hear().frame()).isInstanceOf(DecodeResult.Malformed.class);
        assertThat(lineStats().rejections()).isEqualTo(1);
    }

    @Test
    void shouldWaitForAPortThatIsMissingBusyOrForbiddenAndComeBackWhenItIsPulled() throws Exception {
        ports.refuse(Reason.BUSY, "busy");
        ports.refuse(Reason.DENIED, "denied");
        Transport line = open(Framing.SLIP);
        for (int i = 0; i < 4; i++) {
            ports.awaitAttempt();
        }
        assertThat(lineStats().open()).isFalse();
        onLoop(() -> line.send(address(Payload.EMPTY), new PingResp()));
        assertThat(line.stats().sendFailures()).isEqualTo(1);

        FakePorts.Plug first = ports.plugIn(PORT);
        first.send(Framing.SLIP.encode(PING.toByteArray()));
        hear();
        ports.pullOut(PORT);
        FakePorts.Plug second = ports.plugIn(PORT);
        second.send(Framing.SLIP.encode(PING.toByteArray()));
        Heard again = hear();
        onLoop(() -> line.send(again.from(), new PingResp()));

        assertThat(Payload.wrap(second.receive())).isEqualTo(Payload.hex("c00217c0"));
        assertThat(lineStats().opens()).isEqualTo(2);
        assertThat(lineStats().failedOpens()).isGreaterThanOrEqualTo(3);
    }

    /** Nothing of the kind is known to happen; but a line is not to be lost by it until the gateway is started again. */
    @Test
    void shouldComeBackAfterFaultsThatNobodyHasForeseen() throws Exception {
        ports.breakOpening();
        FakePorts.Plug first = ports.plugIn(PORT);
        open(Framing.SLIP);
        first.send(Framing.SLIP.encode(PING.toByteArray()));
        hear();
        assertThat(lineStats().faults()).isEqualTo(1);

        FakePorts.Plug second = ports.plugIn(PORT);
        first.breakReading();
        second.send(Framing.SLIP.encode(PING.toByteArray()));
        DeviceAddress device = hear().from();
        assertThat(lineStats().faults()).isEqualTo(2);

        FakePorts.Plug third = ports.plugIn(PORT);
        second.breakWriting();
        answer(device);
        third.send(Framing.SLIP.encode(PING.toByteArray()));
        hear();
        answer(device);

        assertThat(Payload.wrap(third.receive())).isEqualTo(Payload.hex("c00217c0"));
        assertThat(lineStats()).isEqualTo(new LineStats(true, 3, 1, 0, 1, 0, 3));
    }

    /** What a frame does on its way to its loop may fail, too. */
    @Test
    void shouldComeBackAfterAFaultOfWhoeverGetsTheFrames() throws Exception {
        FakePorts.Plug first = ports.plugIn(PORT);
        BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        SerialLine line = new SerialLine(
                ports,
                PORT,
                LineSettings.of(9600),
                Framing.SLIP,
                255,
                1024,
                Clocks.monotonic(),
                failingOnce(frames),
                FAST);
        line.start();
        try {
            ports.awaitAttempt();
            FakePorts.Plug second = ports.plugIn(PORT);
            first.send(Framing.SLIP.encode(PING.toByteArray()));
            ports.awaitAttempt();
            second.send(Framing.SLIP.encode(PING.toByteArray()));

            assertThat(frames.poll(10, TimeUnit.SECONDS)).isEqualTo(PING.toByteArray());
            assertThat(line.faults()).isEqualTo(1);
            assertThat(line.opens()).isEqualTo(2);
        } finally {
            line.close().toCompletableFuture().join();
        }
    }

    private static FrameSink failingOnce(BlockingQueue<byte[]> frames) {
        AtomicBoolean failed = new AtomicBoolean();
        return new FrameSink() {
            @Override
            public void onFrame(byte[] body) {
                if (failed.compareAndSet(false, true)) {
                    throw new IllegalStateException("made up: a frame");
                }
                frames.add(body);
            }

            @Override
            public void onRejected(Rejection rejection) {}
        };
    }

    @Test
    void shouldNotWaitForALineThatStandsStill() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        plug.stall();
        Transport line = open(Framing.SLIP);
        plug.send(Framing.SLIP.encode(PING.toByteArray()));
        DeviceAddress device = hear().from();

        onLoop(() -> {
            for (int i = 0; i < 100; i++) {
                line.send(device, publish(100));
            }
        });

        assertThat(line.stats().sendFailures()).isBetween(80L, 99L);
        assertThat(lineStats().dropped()).isEqualTo(line.stats().sendFailures());
        assertThat(plug.hasNothing()).isTrue();
        assertThat(line.sendingNanos(10)).isGreaterThan(LineSettings.of(9600).nanosPerOctet() * 500);
    }

    @Test
    void shouldEndTheMessageOfARawLineAtASilence() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        open(Framing.RAW);

        plug.send(Payload.hex("0400").toByteArray());
        plug.beSilent();
        plug.send(PING.toByteArray());

        assertThat(hear().message()).isEqualTo(new PingReq(""));
        assertThat(lineStats().rejections()).isEqualTo(1);
    }

    @Test
    void shouldDropWhatIsTooLongBothWays() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API2);
        fromNode(plug, NODE, 0x1234, false, PING);
        DeviceAddress device = hear().from();

        onLoop(() -> line.send(device, publish(100)));
        fromNode(plug, NODE, 0x1234, false, Payload.wrap(new byte[100]));
        fromNode(plug, NODE, 0x1234, false, PING);
        hear();

        assertThat(line.stats().sendFailures()).isEqualTo(1);
        assertThat(lineStats().rejections()).isEqualTo(1);
        assertThat(line.maxFrameOctets()).isEqualTo(60);
    }

    @Test
    void shouldGiveEachRadioNodeAnAddressAndAnswerItByBothOfIts() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API1);

        fromNode(plug, NODE, 0x1234, false, PING);
        Heard one = hear();
        assertThat(one.from()).isEqualTo(address(NODE.toOctets())).hasToString("serial:" + PORT + "/0013a20040c1d2e3");
        fromNode(plug, XbeeAddress.ofShort(0x4321), 0x4321, false, PING);
        Heard other = hear();
        assertThat(other.from()).isEqualTo(address(Payload.hex("4321")));

        onLoop(() -> line.send(one.from(), new PingResp()));
        onLoop(() -> line.send(other.from(), new PingResp()));
        assertThat(request(plug))
                .isEqualTo(new XbeeFrame.TransmitRequest(false, 1, NODE, 0x1234, 0, Payload.hex("0217")));
        assertThat(request(plug))
                .isEqualTo(new XbeeFrame.TransmitRequest(
                        false, 2, XbeeAddress.ofShort(0x4321), 0x4321, 0, Payload.hex("0217")));
    }

    @Test
    void shouldAnswerTheFirst802154ModulesInTheirForm() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API1);

        plug.send(Framing.XBEE_API1.encode(
                new XbeeFrame.Received(true, XbeeAddress.ofShort(0x12), XbeeAddress.UNKNOWN_NETWORK, false, PING)
                        .toOctets()));
        DeviceAddress device = hear().from();
        onLoop(() -> line.send(device, new PingResp()));
        onLoop(() -> line.send(address(Payload.hex("0013")), new PingResp())); // known from before a restart

        assertThat(request(plug))
                .isEqualTo(new XbeeFrame.TransmitRequest(
                        true, 1, XbeeAddress.ofShort(0x12), XbeeAddress.UNKNOWN_NETWORK, 0, Payload.hex("0217")));
        assertThat(request(plug))
                .isEqualTo(new XbeeFrame.TransmitRequest(
                        true, 2, XbeeAddress.ofShort(0x13), XbeeAddress.UNKNOWN_NETWORK, 0, Payload.hex("0217")));
    }

    @Test
    void shouldBroadcastToAllRadioNodesWithTheRadius() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API2);
        fromNode(plug, NODE, 0x1234, true, Payload.hex("030100"));
        Heard search = hear();
        assertThat(search.broadcast()).isTrue();
        assertThat(search.message()).isEqualTo(new SearchGw(0));

        onLoop(() -> line.broadcast(new Advertise(1, 900), 5));

        assertThat(request(plug))
                .isEqualTo(new XbeeFrame.TransmitRequest(
                        false, 1, XbeeAddress.BROADCAST, XbeeAddress.UNKNOWN_NETWORK, 5, Payload.hex("0500010384")));
    }

    @Test
    void shouldBroadcastToTheDeviceAtTheEndOfALine() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.SLIP_CRC16);
        plug.send(Framing.SLIP_CRC16.encode(PING.toByteArray()));
        hear();

        onLoop(() -> line.broadcast(new Advertise(1, 900), 5));

        assertThat(plug.receive())
                .isEqualTo(Framing.SLIP_CRC16.encode(Payload.hex("0500010384").toByteArray()));
    }

    @Test
    void shouldCountWhatTheRadioCouldNotDeliverAndForgetTheNetworkAddress() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API1);
        fromNode(plug, NODE, 0x1234, false, PING);
        DeviceAddress device = hear().from();
        onLoop(() -> line.send(device, new PingResp()));
        XbeeFrame.TransmitRequest sent = request(plug);

        status(plug, sent.frameId(), 0);
        status(plug, sent.frameId(), 0x24);
        fromNode(plug, XbeeAddress.ofLong(1), 1, false, PING); // so that the status has been read
        hear();

        assertThat(lineStats().undelivered()).isEqualTo(1);
        onLoop(() -> line.send(device, new PingResp()));
        assertThat(request(plug).network()).isEqualTo(XbeeAddress.UNKNOWN_NETWORK);
    }

    @Test
    void shouldUseFrameIdsFrom1To255InTurn() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.XBEE_API1);
        fromNode(plug, NODE, 0x1234, false, PING);
        DeviceAddress device = hear().from();

        for (int i = 0; i < 256; i++) {
            onLoop(() -> line.send(device, new PingResp()));
            assertThat(request(plug).frameId()).isEqualTo(i % 255 + 1);
        }
    }

    @Test
    void shouldServeNodesBehindAForwarderBesideTheDeviceItself() throws Exception {
        FakePorts.Plug plug = ports.plugIn(PORT);
        Transport line = open(Framing.SLIP);
        plug.send(Framing.SLIP.encode(Payload.hex("05fe0000120216").toByteArray()));
        Heard node = hear();
        plug.send(Framing.SLIP.encode(PING.toByteArray()));
        Heard forwarder = hear();

        assertThat(node.from())
                .isEqualTo(new DeviceAddress.Forwarded(forwarder.from(), Payload.hex("0012")))
                .isNotEqualTo(forwarder.from());
        onLoop(() -> line.send(node.from(), new ConnAck(ReturnCode.ACCEPTED)));
        assertThat(Payload.wrap(plug.receive())).isEqualTo(Payload.hex("c005fe000012030500c0"));
    }

    @Test
    void shouldRefuseWhatIsNotItsOwn() throws Exception {
        ports.plugIn(PORT);
        Transport line = open(Framing.SLIP);

        assertThatThrownBy(() -> line.send(address(Payload.EMPTY), new PingResp()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> line.send(new DeviceAddress.Serial(4, PORT, Payload.EMPTY), new PingResp()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> line.open(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- helpers

    private Transport open(Framing framingOfLine) {
        framing = framingOfLine;
        SerialTransportConfig config =
                new SerialTransportConfig(3, PORT, LineSettings.of(9600), framing, framing.isXbee() ? 60 : 255, 1024);
        Transport opened = new ForwarderTransport(new SerialTransport(config, ports, Clocks.monotonic(), FAST));
        transport = opened;
        List<Transport.Port> all = loops.loops().stream()
                .map(loop -> new Transport.Port(loop, new Listener(loop)))
                .toList();
        assertThat(opened.open(all).toCompletableFuture().join()).isEqualTo("serial:" + PORT);
        return opened;
    }

    private LineStats lineStats() {
        return transport == null
                ? new LineStats(false, 0, 0, 0, 0, 0, 0)
                : transport.lineStats().orElseThrow();
    }

    private static DeviceAddress address(Payload node) {
        return new DeviceAddress.Serial(3, PORT, node);
    }

    private Heard hear() throws InterruptedException {
        Heard next = heard.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was heard");
        }
        return next;
    }

    private void answer(DeviceAddress device) {
        Transport line = Objects.requireNonNull(transport);
        onLoop(() -> line.send(device, new PingResp()));
    }

    private void onLoop(Runnable task) {
        CompletableFuture.runAsync(task, loops.loops().get(0)).join();
    }

    private void fromNode(FakePorts.Plug plug, XbeeAddress from, int network, boolean broadcast, Payload frame) {
        plug.send(framing.encode(new XbeeFrame.Received(false, from, network, broadcast, frame).toOctets()));
    }

    private void status(FakePorts.Plug plug, int frameId, int status) {
        plug.send(framing.encode(new XbeeFrame.TransmitStatus(false, frameId, status).toOctets()));
    }

    /** What the module was asked to send next. */
    private XbeeFrame.TransmitRequest request(FakePorts.Plug plug) throws InterruptedException {
        List<byte[]> bodies = new ArrayList<>();
        byte[] octets = plug.receive();
        framing.decoder(255, new FrameSink() {
                    @Override
                    public void onFrame(byte[] body) {
                        bodies.add(body);
                    }

                    @Override
                    public void onRejected(Rejection rejection) {
                        throw new AssertionError("the gateway wrote no frame: " + rejection);
                    }
                })
                .accept(octets, 0, octets.length);
        assertThat(bodies).hasSize(1);
        return (XbeeFrame.TransmitRequest) XbeeFrame.read(bodies.get(0));
    }

    private static Publish publish(int octets) {
        return new Publish(
                false, Qos.AT_MOST_ONCE, false, new TopicRef.ShortName("ab"), 0, Payload.wrap(new byte[octets]));
    }

    private final class Listener implements FrameListener {
        private final EventLoopOwnerLoop loop;

        Listener(EventLoopOwnerLoop loop) {
            this.loop = loop;
        }

        @Override
        public void onFrame(DeviceAddress from, DecodeResult frame) {
            loop.assertOwner();
            heard.add(new Heard(from, frame, false));
        }

        @Override
        public void onBroadcast(DeviceAddress from, DecodeResult frame) {
            loop.assertOwner();
            heard.add(new Heard(from, frame, true));
        }
    }
}
