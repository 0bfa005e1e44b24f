// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.testsupport.LockstepDevice;

/** REGISTER from a device, MQTT-SN 1.2 §6.5. */
final class SessionRegisterTest {
    @Test
    void shouldGiveIdsInOrder() {
        LockstepDevice device = connected(TestGateway.start());

        device.send(register(1, "a"));
        device.expect(regAck(1, 1));
        device.send(register(2, "b"));
        device.expect(regAck(2, 2));
    }

    @Test
    void shouldGiveTheSameIdForTheSameName() {
        LockstepDevice device = connected(TestGateway.start());
        device.send(register(1, "a"));
        device.send(register(2, "b"));
        device.skipAll();

        device.send(register(3, "a"));

        device.expect(regAck(1, 3));
    }

    @Test
    void shouldGiveEachDeviceItsOwnIds() {
        TestGateway gateway = TestGateway.start();
        LockstepDevice device = connected(gateway);
        LockstepDevice other = gateway.device(2);
        other.send(connect("other"));
        other.expect(connAck());

        device.send(register(1, "a"));
        other.send(register(1, "b"));

        device.expect(regAck(1, 1));
        other.expect(regAck(1, 1));
    }

    @Test
    void shouldSkipPredefinedIds() {
        LockstepDevice device = connected(TestGateway.start("topics: { predefined: { 1: x, 2: y, 4: z }, "
                + "predefined-per-device: { \"dev*\": { 5: \"own/%c\" }, \"other*\": { 3: w } } }"));

        device.send(register(1, "a"));
        device.expect(regAck(3, 1));
        device.send(register(2, "b"));
        device.expect(regAck(6, 2));
    }

    @Test
    void shouldGiveANormalIdForATopicThatHasAPredefinedOne() {
        LockstepDevice device = connected(TestGateway.start("topics: { predefined: { 1: a } }"));

        device.send(register(1, "a"));

        device.expect(regAck(2, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0A 0A 0000 0007 612F2B2F", "07 0A 0000 0007 23", "08 0A 0000 0007 C0AF", "06 0A 0000 0007"})
    void shouldRefuseWhatIsNoTopicName(String octets) {
        LockstepDevice device = connected(TestGateway.start());

        device.sendHex(octets);

        device.expect(new RegAck(0, 7, ReturnCode.NOT_SUPPORTED));
    }

    @Test
    void shouldRefuseATopicNameThatIsTooLongForTheBrokerWithThePrefix() {
        TestGateway gateway = TestGateway.start("topics: { prefix: \"" + "p".repeat(30) + "/\" }");
        LockstepDevice device = connected(gateway);

        device.send(register(1, "n".repeat(65_504)));
        device.expect(regAck(1, 1));
        device.send(register(2, "n".repeat(65_505)));
        device.expect(new RegAck(0, 2, ReturnCode.NOT_SUPPORTED));
    }

    @Test
    void shouldRefuseMoreIdsThanAllowed() {
        TestGateway gateway = TestGateway.start("sessions: { max-topic-ids: 2 }");
        LockstepDevice device = connected(gateway);
        device.send(register(1, "a"));
        device.send(register(2, "b"));
        device.skipAll();

        device.send(register(3, "c"));
        device.expect(new RegAck(0, 3, ReturnCode.CONGESTION));
        device.send(register(4, "a"));
        device.expect(regAck(1, 4));
        device.send(publish0(id(2), "x"));
        gateway.uplink().expectPublish("b", Qos.AT_MOST_ONCE, "x");
    }

    private static LockstepDevice connected(TestGateway gateway) {
        LockstepDevice device = gateway.device(1);
        device.send(connect("dev"));
        device.expect(connAck());
        return device;
    }
}
