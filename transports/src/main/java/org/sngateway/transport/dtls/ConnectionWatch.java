// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import io.netty.util.NetUtil;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import org.eclipse.californium.scandium.ConnectionListener;
import org.eclipse.californium.scandium.DatagramFilterExtended;
import org.eclipse.californium.scandium.DtlsDatagramFilter;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertLevel;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.Record;
import org.eclipse.californium.scandium.dtls.SessionListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.transport.DeviceAddress;

/**
 * What happens to the connections of one port: limits of handshakes are kept, and everything is counted. Called where a connection is
 * computed, so one call at a time for each.
 */
final class ConnectionWatch extends DtlsDatagramFilter
        implements SessionListener, ConnectionListener, DatagramFilterExtended {
    /** What is done with connections. */
    interface Host {
        DtlsPort port();

        /** The handshake is done; the address that frames of the peer come from. */
        DeviceAddress.Dtls established(Peer peer, @Nullable String identity);

        void gone(DeviceAddress.Dtls address);
    }

    private static final Logger log = LoggerFactory.getLogger(ConnectionWatch.class);

    private final Host host;
    private final DtlsTransportConfig config;
    private final DtlsCounters counters;
    private final SourceLimiter sources;
    private final RareLog failures;
    private final LongSupplier nanoClock;

    ConnectionWatch(
            Host host,
            DtlsTransportConfig config,
            DtlsCounters counters,
            SourceLimiter sources,
            RareLog failures,
            LongSupplier nanoClock) {
        this.host = host;
        this.config = config;
        this.counters = counters;
        this.sources = sources;
        this.failures = failures;
        this.nanoClock = nanoClock;
    }

    // ---- handshakes

    /** The peer's address is verified by now, and nothing has been computed yet that costs much. */
    @Override
    public void handshakeStarted(Handshaker handshaker) throws HandshakeException {
        Connection connection = handshaker.getConnection();
        if (Peer.of(connection) != null) {
            return;
        }
        new Peer(host.port(), connection).attach();
        int underWay = counters.handshakesUnderWay.incrementAndGet();
        if (underWay > config.maxHandshakes()
                || !sources.allows(handshaker.getPeerAddress().getAddress(), nanoClock.getAsLong())) {
            throw new HandshakeFailure.LimitException(
                    new AlertMessage(AlertLevel.FATAL, AlertDescription.INTERNAL_ERROR));
        }
    }

    @Override
    public void contextEstablished(Handshaker handshaker, DTLSContext context) {
        Peer peer = Peer.of(handshaker.getConnection());
        if (peer == null || !endHandshake(peer)) {
            return;
        }
        (handshaker.isFullHandshake() ? counters.fullHandshakes : counters.resumptions).increment();
        String identity = Identities.of(context.getSession().getPeerIdentity());
        peer.establishedAs(host.established(peer, identity));
        log.atDebug()
                .addKeyValue("address", peer.address())
                .addKeyValue("remote", handshaker.getPeerAddress())
                .addKeyValue("cipher", context.getSession().getCipherSuite())
                .addKeyValue("resumed", !handshaker.isFullHandshake())
                .log("connection established");
    }

    /** Heard from the peer after the handshake; nothing to do. */
    @Override
    public void handshakeCompleted(Handshaker handshaker) {}

    @Override
    public void handshakeFailed(Handshaker handshaker, Throwable error) {
        Peer peer = Peer.of(handshaker.getConnection());
        if (peer == null || peer.address() != null) {
            return; // done before, and ended since
        }
        endHandshake(peer); // unless its connection is gone already
        Throwable cause = handshaker.getFailureCause();
        failed(
                peer,
                HandshakeFailure.of(cause != null ? cause : error),
                handshaker.getPeerAddress(),
                error.getMessage());
    }

    @Override
    public void handshakeFlightRetransmitted(Handshaker handshaker, int flight) {}

    /** The handshake that {@code connection} is in asks for an identity without a key. The peer is not told, and gives up some day. */
    void onUnknownIdentity(@Nullable Connection connection) {
        Peer peer = connection == null ? null : Peer.of(connection);
        if (peer != null) {
            failed(peer, HandshakeFailure.UNKNOWN_IDENTITY, peer.remote(), null);
        }
    }

    private void failed(
            Peer peer, HandshakeFailure cause, @Nullable InetSocketAddress remote, @Nullable String detail) {
        if (!peer.countsFailure()) {
            return;
        }
        counters.failed(cause);
        int notLogged = failures.take(nanoClock.getAsLong());
        if (notLogged >= 0) {
            log.atInfo()
                    .addKeyValue("listener", "dtls:" + NetUtil.toSocketAddressString(config.bind()))
                    .addKeyValue("remote", remote == null ? null : NetUtil.toSocketAddressString(remote))
                    .addKeyValue("cause", cause)
                    .addKeyValue("detail", detail)
                    .addKeyValue("notLogged", notLogged)
                    .log("DTLS handshake failed");
        }
    }

    private boolean endHandshake(Peer peer) {
        boolean was = peer.endHandshake();
        if (was) {
            counters.handshakesUnderWay.decrementAndGet();
        }
        return was;
    }

    // ---- records

    @Override
    public boolean onMacError(Record record, Connection connection) {
        Peer peer = Peer.of(connection);
        if (peer != null) {
            peer.onDropCounted();
        }
        if (peer != null && peer.address() == null) {
            failed(peer, HandshakeFailure.WRONG_KEY, peer.remote(), null);
        } else {
            counters.dropped(RecordDrop.FORGED);
        }
        return false;
    }

    @Override
    public void onDrop(DatagramPacket packet) {
        counters.dropped(RecordDrop.OTHER);
    }

    @Override
    public void onDrop(Record record) {
        Connection connection = host.port().connector().current();
        if (connection == null) {
            counters.dropped(RecordDrop.NO_CONNECTION);
            return;
        }
        Peer peer = Peer.of(connection);
        if (peer == null || !peer.takeDropCounted()) {
            counters.dropped(RecordDrop.OTHER);
        }
    }

    // ---- connections

    @Override
    public void onConnectionRemoved(Connection connection) {
        Peer peer = Peer.of(connection);
        if (peer == null) {
            return;
        }
        endHandshake(peer);
        DeviceAddress.Dtls address = peer.address();
        if (address != null) {
            host.gone(address);
        }
    }

    @Override
    public void onConnectionEstablished(Connection connection) {}

    @Override
    public boolean onConnectionUpdatesSequenceNumbers(Connection connection, boolean writes) {
        return false;
    }

    @Override
    public boolean onConnectionMacError(Connection connection) {
        return false;
    }

    @Override
    public void beforeExecution(Connection connection) {}

    @Override
    public void updateExecution(Connection connection) {}

    @Override
    public void afterExecution(Connection connection) {}
}
