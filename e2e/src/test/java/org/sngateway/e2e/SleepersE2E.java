// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5RxClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.reactivex.Flowable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;

/** What a small box has to hold: ten thousand sleeping devices with ten messages each, in a heap of 64 MiB. */
class SleepersE2E {
    private static final int DEVICES = 10_000;
    private static final int MESSAGES = 10;
    private static final int PAYLOAD_OCTETS = 64;
    private static final int WOKEN_EVERY = 50;

    @TempDir
    private Path directory;

    @Test
    void shouldKeepHundredThousandMessagesForTenThousandSleepersInSixtyFourMebibytes() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        try (MosquittoProcess broker = MosquittoProcess.start(directory, "max_queued_messages 0");
                GatewayProcess gateway =
                        GatewayProcess.start(directory, broker.port(), "gateway: { shards: 2 }", "-Xmx64m")) {
            gateway.awaitBroker(2);
            for (int i = 0; i < DEVICES; i++) {
                fallAsleep(gateway, i);
            }

            publishToAll(broker);

            // The gateway's lanes are read in turn: what one sleeper has, those before it have.
            for (int i = 0; i < DEVICES; i += WOKEN_EVERY) {
                wake(gateway, i);
            }
            gateway.process().terminate();
            assertThat(gateway.process().awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(gateway.process().output())
                    .noneMatch(line -> line.contains("lost the broker") || line.contains("ERROR "));
        }
    }

    private static String clientId(int device) {
        return "sleeper-%05d".formatted(device);
    }

    private static void fallAsleep(GatewayProcess gateway, int device) throws Exception {
        try (SnDevice asleep = new SnDevice(gateway.address())) {
            asleep.connect(clientId(device));
            asleep.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 1, new TopicRef.Name("cmd/" + clientId(device))));
            assertThat(asleep.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            asleep.send(new Disconnect(3600));
            asleep.expect(Disconnect.class);
        }
    }

    private static void publishToAll(MosquittoProcess broker) {
        Mqtt5RxClient application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildRx();
        application.connect().ignoreElement().blockingAwait();
        Flowable<Mqtt5Publish> messages = Flowable.range(0, DEVICES * MESSAGES)
                .map(i -> Mqtt5Publish.builder()
                        .topic("cmd/" + clientId(i % DEVICES))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload(i / DEVICES))
                        .build());
        application.publish(messages).ignoreElements().blockingAwait();
        application.disconnect().blockingAwait();
    }

    private static byte[] payload(int sequence) {
        return ("%0" + PAYLOAD_OCTETS + "d").formatted(sequence).getBytes(StandardCharsets.US_ASCII);
    }

    /** From a new address, as after a night behind NAT; the messages in order, then PINGRESP. */
    private static void wake(GatewayProcess gateway, int device) throws Exception {
        try (SnDevice awake = new SnDevice(gateway.address())) {
            int received = 0;
            while (received < MESSAGES) {
                awake.send(new PingReq(clientId(device)));
                received = receiveUntilPingResp(awake, received);
            }
        }
    }

    /** What the broker has not passed on yet comes with a later awake period. */
    private static int receiveUntilPingResp(SnDevice awake, int before) throws Exception {
        int received = before;
        while (awake.expectEither(Publish.class, PingResp.class) instanceof Publish publish) {
            assertThat(publish.data().toUtf8()).isEqualTo(new String(payload(received), StandardCharsets.US_ASCII));
            awake.send(new PubAck(((TopicRef.Normal) publish.topic()).id(), publish.msgId(), ReturnCode.ACCEPTED));
            received++;
        }
        return received;
    }
}
