// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The options that say what to talk to. */
final class Targets {
    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:1884",
            converter = HostPort.class,
            description = "UDP address of the MQTT-SN gateway (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private InetSocketAddress gateway;

    @Option(
            names = "--broker",
            paramLabel = "mqtt://HOST:PORT",
            defaultValue = "mqtt://127.0.0.1:1883",
            converter = Broker.class,
            description = "MQTT 5 broker behind the gateway (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private InetSocketAddress broker;

    /** The gateway's address, resolved. */
    InetSocketAddress gateway() throws IOException {
        return resolved(gateway);
    }

    /** The broker's address, resolved. */
    InetSocketAddress broker() throws IOException {
        return resolved(broker);
    }

    private static InetSocketAddress resolved(InetSocketAddress address) throws IOException {
        try {
            return new InetSocketAddress(InetAddress.getAllByName(address.getHostString())[0], address.getPort());
        } catch (UnknownHostException e) {
            throw new IOException("no such host: " + address.getHostString(), e);
        }
    }

    static final class HostPort implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            return Arguments.hostPort(text);
        }
    }

    static final class Broker implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            return Arguments.broker(text);
        }
    }
}
