// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** npm's aedes with everything in memory: what it knew is gone after {@link #kill}. */
final class AedesBroker extends ServerBroker {
    private final int webSocketPort;
    private final OptionalInt tlsPort;
    private final OptionalInt secureWebSocketPort;
    private final @Nullable ServerTls tls;

    private AedesBroker(int[] ports, @Nullable ServerTls tls) {
        super(BrokerKind.AEDES, ports[0]);
        this.tls = tls;
        this.webSocketPort = ports[1];
        this.tlsPort = tls == null ? OptionalInt.empty() : OptionalInt.of(ports[2]);
        this.secureWebSocketPort = tls == null ? OptionalInt.empty() : OptionalInt.of(ports[3]);
    }

    static AedesBroker start(@Nullable ServerTls tls) throws IOException {
        AedesBroker broker = new AedesBroker(Ports.free(4), tls);
        broker.restart();
        return broker;
    }

    @Override
    ServerProcess launch() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(port()), Integer.toString(webSocketPort)));
        if (tls != null) {
            arguments.addAll(List.of(
                    Integer.toString(tlsPort.getAsInt()),
                    Integer.toString(secureWebSocketPort.getAsInt()),
                    tls.authority().toString(),
                    tls.identity().certificate().toString(),
                    tls.identity().key().toString(),
                    Boolean.toString(tls.clientsNeedCertificate())));
        }
        return ServerProcess.start(kind().toString(), NodeScripts.command("broker.mjs", arguments), Map.of());
    }

    @Override
    public OptionalInt tlsPort() {
        return tlsPort;
    }

    @Override
    public OptionalInt webSocketPort() {
        return OptionalInt.of(webSocketPort);
    }

    @Override
    public OptionalInt secureWebSocketPort() {
        return secureWebSocketPort;
    }
}
