// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.SourceGate;
import org.sngateway.transport.Transport;
import org.sngateway.transport.dtls.DtlsTransportConfig.ClientCertificates;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** A DTLS listener on several loops that answers CONNECT and PINGREQ and notes who spoke on which loop. */
final class EchoListener implements AutoCloseable {
    record Heard(DeviceAddress from, DecodeResult frame, OwnerLoop loop) {}

    static final DtlsTransportConfig CONFIG = new DtlsTransportConfig(
            3,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            1 << 20,
            2048,
            true,
            ClientCertificates.NONE,
            10_000,
            Duration.ofMinutes(30),
            1000,
            0);

    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    final DtlsTransport transport;
    final InetSocketAddress address;
    volatile SourceGate gate = SourceGate.OPEN;
    private final OwnerLoops loops;

    EchoListener(int shards, DtlsCredentials credentials) throws Exception {
        this(shards, credentials, config -> config);
    }

    EchoListener(int shards, DtlsCredentials credentials, UnaryOperator<DtlsTransportConfig> change) throws Exception {
        loops = OwnerLoops.start(shards);
        transport = new DtlsTransport(change.apply(CONFIG), credentials, Clocks.monotonic());
        List<Transport.Port> ports = loops.loops().stream()
                .map(loop -> new Transport.Port(loop, answering(loop), source -> gate.admits(source)))
                .toList();
        String name = transport.open(ports).toCompletableFuture().get(10, TimeUnit.SECONDS);
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(name.substring(name.lastIndexOf(':') + 1)));
    }

    private FrameListener answering(OwnerLoop loop) {
        return (from, frame) -> {
            loop.assertOwner();
            heard.add(new Heard(from, frame, loop));
            if (frame instanceof DecodeResult.Decoded decoded) {
                if (decoded.message() instanceof Connect) {
                    transport.send(from, new ConnAck(ReturnCode.ACCEPTED));
                } else if (decoded.message() instanceof PingReq) {
                    transport.send(from, new PingResp());
                }
            }
        };
    }

    Heard hears() throws InterruptedException {
        Heard one = heard.poll(30, TimeUnit.SECONDS);
        if (one == null) {
            throw new AssertionError("nothing heard; " + transport.dtlsStats());
        }
        return one;
    }

    @Override
    public void close() {
        transport.close().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
        loops.close();
    }
}
