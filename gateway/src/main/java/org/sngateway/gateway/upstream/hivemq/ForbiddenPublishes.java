// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.Disconnection;

/**
 * Finds the message for which a broker closes the connection, as those of MQTT 3.1.1 do that do not allow it: the client sends it again on
 * each connection, and nothing behind it ever gets through.
 *
 * <p>When connections are lost one after the other and no message is acknowledged, those that are under way are sent one at a time, each
 * connection being given a moment first, so that a broker that closes it for another reason closes it while nothing is under way. The
 * message that is alone under way when the connection is lost, and again on the next, is given up.
 */
final class ForbiddenPublishes {
    /** Connections that are lost in a row before messages are suspected. */
    static final int LOSSES = 3;

    /** Connections that a message takes down alone before it is given up. */
    static final int LOSSES_ALONE = 2;

    /** How long a connection lasts before a suspected message is sent. */
    static final Duration SETTLE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ForbiddenPublishes.class);

    private final String clientId;
    private final GatewayCounters counters;

    /** Messages of QoS 1 and 2 that are under way. */
    private int underWay;
    /** In a row, with nothing acknowledged. */
    private int losses;

    private boolean careful;
    /** The packet identifier of the message that was alone when the last connection was lost. */
    private int suspect = PublishGate.NONE;

    private int lossesAlone;
    /** Of this connection. */
    private @Nullable PublishGate gate;

    ForbiddenPublishes(String clientId, GatewayCounters counters) {
        this.clientId = clientId;
        this.counters = counters;
    }

    void onSent(Qos qos) {
        if (qos != Qos.AT_MOST_ONCE) {
            underWay++;
        }
    }

    void onAnswered(Qos qos) {
        if (qos != Qos.AT_MOST_ONCE) {
            underWay--;
            losses = 0;
            if (lossesAlone < LOSSES_ALONE) { // its packet identifier may become another message's
                suspect = PublishGate.NONE;
                lossesAlone = 0;
            }
        }
    }

    /** Whether messages are sent one at a time on the next connection. */
    boolean isCareful() {
        return careful;
    }

    /** For a connection that is about to be made; null when messages go as they come. */
    @Nullable
    PublishGate nextGate() {
        gate = careful ? new PublishGate(lossesAlone >= LOSSES_ALONE ? suspect : PublishGate.NONE, this::trust) : null;
        return gate;
    }

    private void trust() {
        careful = false;
        losses = 0;
        suspect = PublishGate.NONE;
        lossesAlone = 0;
    }

    /** A connection that the broker had accepted is lost. */
    void onLost(Disconnection disconnection) {
        MqttStatefulPublish alone = gate == null ? null : gate.alone();
        gate = null;
        if (!mayBeForbidden(disconnection)) {
            return;
        }
        if (!careful) {
            losses = underWay > 0 ? losses + 1 : 0;
            careful = losses >= LOSSES;
        } else if (alone != null) {
            lossesAlone = alone.getPacketIdentifier() == suspect ? lossesAlone + 1 : 1;
            suspect = alone.getPacketIdentifier();
            if (lossesAlone == LOSSES_ALONE) {
                giveUp(alone, disconnection);
            }
        }
    }

    /** Whether the broker may have closed it on purpose. A close cannot be told from a network that fails. */
    private static boolean mayBeForbidden(Disconnection disconnection) {
        return switch (disconnection.cause()) {
            case LOST, NOT_AUTHORIZED, PROTOCOL -> true;
            default -> false;
        };
    }

    /** The client learns it on the next connection. */
    private void giveUp(MqttStatefulPublish message, Disconnection disconnection) {
        counters.publishesGivenUp.increment();
        log.atWarn()
                .addKeyValue("client", clientId)
                .addKeyValue("topic", message.stateless().getTopic())
                .addKeyValue("cause", disconnection.cause())
                .addKeyValue("reason", disconnection.reason())
                .log("a message is given up: the broker closes the connection each time it gets it");
    }
}
