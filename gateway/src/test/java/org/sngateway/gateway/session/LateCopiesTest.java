// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.sngateway.testsupport.Messages.again;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.shortName;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** QoS 2 from the device: copies of a message that come after its end, told from new messages that look like it. */
final class LateCopiesTest {
    private final TestGateway gateway = TestGateway.start("{ sessions: { retry-interval: 5s, retry-count: 2 } }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);

    @BeforeEach
    void connectDevice() {
        uplink.answerPublishes(PublishOutcome.ACCEPTED);
        device.send(connectKept("dev"));
        device.expect(connAck());
    }

    private static Publish publish(int msgId, String data) {
        return new Publish(false, Qos.EXACTLY_ONCE, false, shortName("up"), msgId, Payload.utf8(data));
    }

    private void complete(Publish message) {
        passedOn(message);
        release(message.msgId());
    }

    private void passedOn(Publish message) {
        device.send(message);
        uplink.expectPublish("up", Qos.EXACTLY_ONCE, message.data().toUtf8());
        device.expect(new PubRec(message.msgId()));
    }

    private void notPassedOn(Publish message) {
        device.send(message);
        uplink.expectNoPublish();
        device.expect(new PubRec(message.msgId()));
        release(message.msgId());
    }

    private void release(int msgId) {
        device.send(new PubRel(msgId));
        device.expect(new PubComp(msgId));
    }

    @Test
    void shouldNotPassOnARepetitionThatComesAfterTheEnd() {
        Publish message = publish(1, "on");
        complete(message);

        notPassedOn(again(message));
        notPassedOn(again(message));
    }

    @Test
    void shouldNotPassOnTheFirstPublishThatComesAfterTheEndOfItsRepetition() {
        Publish message = publish(1, "on");
        complete(again(message));

        notPassedOn(message);
    }

    @Test
    void shouldPassOnTheSameAgainWhenTheFirstPublishHasArrived() {
        Publish message = publish(1, "on");
        complete(message);

        complete(message);
    }

    @Test
    void shouldPassOnTheSameAgainWhenTheFirstPublishHasComeLate() {
        Publish message = publish(1, "on");
        passedOn(again(message));
        device.send(message);
        device.expect(new PubRec(1));
        uplink.expectNoPublish();
        release(1);

        complete(message);
    }

    @Test
    void shouldPassOnWhatTakesThePlaceOfAMessageTheDeviceHasGivenUp() {
        passedOn(publish(1, "on"));

        complete(publish(1, "off"));
    }

    @Test
    void shouldForgetWhenNoCopyCanBeOnItsWayAnyMore() {
        Publish message = publish(1, "on");
        complete(message);

        gateway.advance(Duration.ofSeconds(11));

        complete(again(message));
    }
}
