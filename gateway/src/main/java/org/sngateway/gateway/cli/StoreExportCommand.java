// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredDevice;
import org.sngateway.gateway.store.StoredPlacement;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredWill;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway store export}: everything in the store as JSON, one object a line. */
@Command(
        name = "export",
        description = {
            "Prints everything in the store as JSON, one object a line; the key type says what it is: session, subscription, topic-id,",
            "exchange, delivery (a message for a device), journal (a message for the broker) or placement. Payloads are in Base64,",
            "times in milliseconds of the epoch."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class StoreExportCommand implements Callable<Integer> {
    @Mixin
    private StoreOption option = new StoreOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public Integer call() throws InvalidConfigException {
        return option.read((directory, store) -> {
            store.devices(this::print);
            store.journal(this::print);
            store.placements(this::print);
            spec.commandLine().getOut().flush();
            return 0;
        });
    }

    private void print(JsonLine line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
    }

    private void print(StoredDevice device) {
        StoredSession session = device.session();
        String clientId = session.clientId();
        JsonLine line = new JsonLine("session")
                .with("clientId", clientId)
                .with("cleanSession", session.cleanSession())
                .with("keepAliveSeconds", session.keepAliveSeconds())
                .with("sleepSeconds", session.sleepSeconds())
                .with("state", session.state());
        if (session.deadlineMillis() != 0) {
            line.with("deadline", session.deadlineMillis());
        }
        if (session.address() != null) {
            line.with("address", session.address());
        }
        if (session.identity() != null) {
            line.with("identity", session.identity());
        }
        StoredWill will = session.will();
        if (will != null) {
            line.with("willTopic", will.topic())
                    .with("willPayload", will.payload())
                    .with("willQos", will.qos().level())
                    .with("willRetain", will.retain());
        }
        print(line);
        device.subscriptions()
                .forEach(subscription -> print(new JsonLine("subscription")
                        .with("clientId", clientId)
                        .with("filter", subscription.filter())
                        .with("requested", subscription.requested().level())
                        .with("granted", subscription.granted().level())
                        .with("named", subscription.named().text())
                        .with("topicId", subscription.topicId())
                        .with("position", subscription.position())));
        device.topicIds()
                .forEach(topicId -> print(new JsonLine("topic-id")
                        .with("clientId", clientId)
                        .with("id", topicId.id())
                        .with("name", topicId.name())
                        .with("confirmed", topicId.confirmed())));
        device.exchanges()
                .forEach(exchange -> print(new JsonLine("exchange")
                        .with("clientId", clientId)
                        .with("msgId", exchange.msgId())
                        .with("checksum", exchange.checksum())));
        device.deliveries().forEach(this::print);
    }

    private void print(StoredDelivery delivery) {
        JsonLine line = new JsonLine("delivery")
                .with("clientId", delivery.clientId())
                .with("seq", delivery.seq())
                .with("topic", delivery.topic())
                .with("payload", delivery.payload())
                .with("qos", delivery.qos().level())
                .with("retained", delivery.retained())
                .with("via", delivery.via())
                .with("msgId", delivery.msgId())
                .with("received", delivery.received());
        if (delivery.expiresMillis() != 0) {
            line.with("expires", delivery.expiresMillis());
        }
        print(line);
    }

    private void print(JournalEntry entry) {
        print(new JsonLine("journal")
                .with("seq", entry.seq())
                .with("lane", entry.lane())
                .with("clientId", entry.clientId())
                .with("topic", entry.topic())
                .with("payload", entry.payload())
                .with("qos", entry.qos().level())
                .with("retain", entry.retain())
                .with("accepted", entry.acceptedMillis()));
    }

    private void print(StoredPlacement placement) {
        print(new JsonLine("placement")
                .with("filter", placement.filter())
                .with("lane", placement.lane())
                .with("granted", placement.granted().level()));
    }
}
