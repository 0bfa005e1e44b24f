// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.californium.elements.util.LimitedRunnable;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.Record;
import org.jspecify.annotations.Nullable;

/** Scandium without its socket and its threads: datagrams come from a port and go back to it. */
final class PortConnector extends DTLSConnector {
    /** What the port does for it. */
    interface Host {
        /** Sends a datagram; called where the connection is computed. */
        void send(InetSocketAddress to, byte[] octets, int offset, int length);

        void dropped(RecordDrop reason);
    }

    /** Handshakes fit into a packet on any network, RFC 8200 §5. */
    private static final int MTU = 1280;
    /** Parts of handshakes that wait for a worker, of one port: a flood of them must not take the place of data. */
    private static final int MAX_WAITING = 512;

    private static final int TYPE_AT = 0;
    private static final int APPLICATION_DATA = 23;
    private static final int TLS12_CID = 25;

    /** The connection that a thread is computing: one, whatever the connector. */
    private static final ThreadLocal<@Nullable Connection> CURRENT = new ThreadLocal<>();

    private final Host host;
    private final LoopExecutor executor;
    private final AtomicInteger waiting = new AtomicInteger();
    /** Owner only. */
    private boolean handshake;

    PortConnector(DtlsConnectorConfig config, LoopExecutor executor, Host host) {
        super(config);
        this.host = host;
        this.executor = executor;
        setExecutor(executor);
    }

    @Override
    protected void start(InetSocketAddress address) throws IOException {
        if (!isRunning()) {
            init(address, new NoSocket(address), MTU);
        }
    }

    /** A datagram has arrived. On the loop. */
    void receive(InetSocketAddress from, byte[] datagram) {
        int type = datagram.length == 0 ? -1 : datagram[TYPE_AT];
        handshake = type != APPLICATION_DATA && type != TLS12_CID;
        executor.handshake(handshake);
        try {
            processDatagram(new DatagramPacket(datagram, datagram.length, from));
        } finally {
            handshake = false;
            executor.handshake(false);
        }
    }

    /** The connection whose record this thread is computing; null when it computes none. */
    @Nullable
    Connection current() {
        return CURRENT.get();
    }

    @Override
    protected boolean executeInbound(Executor where, InetSocketAddress peer, LimitedRunnable job) {
        if (!handshake) {
            return super.executeInbound(where, peer, job);
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            host.dropped(RecordDrop.OVERLOAD);
            return false;
        }
        boolean accepted = super.executeInbound(task -> where.execute(() -> runWaiting(task)), peer, job);
        if (!accepted) {
            waiting.decrementAndGet();
        }
        return accepted;
    }

    private void runWaiting(Runnable task) {
        waiting.decrementAndGet();
        task.run();
    }

    @Override
    public void processRecord(Record record, Connection connection) {
        DTLSContext context = connection.getDtlsContext(record.getEpoch());
        if (context != null && !context.isRecordProcessable(record.getEpoch(), record.getSequenceNumber(), 0)) {
            host.dropped(connection.isClosed() ? RecordDrop.OTHER : RecordDrop.REPLAYED);
            return;
        }
        CURRENT.set(connection);
        try {
            super.processRecord(record, connection);
        } finally {
            CURRENT.remove();
        }
    }

    @Override
    protected void sendNextDatagramOverNetwork(DatagramPacket datagram) {
        host.send(
                (InetSocketAddress) datagram.getSocketAddress(),
                datagram.getData(),
                datagram.getOffset(),
                datagram.getLength());
    }
}
