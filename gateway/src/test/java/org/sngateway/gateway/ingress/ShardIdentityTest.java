// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.transport.DeviceAddress;

/** Who has proved an identity is bound to the client ids that it may use, and to the sessions that are its own. */
final class ShardIdentityTest {
    private static final ConnAck REFUSED = new ConnAck(ReturnCode.NOT_SUPPORTED);

    @TempDir
    private static Path directory;

    private int connections;

    /** @param rule the value of key client-id */
    private static TestGateway gateway(int shards, String rule) throws IOException {
        return TestGateway.start(shards, yaml(rule));
    }

    private static String yaml(String rule) throws IOException {
        Path keys = Files.writeString(directory.resolve("psk.txt"), "a: 00");
        return "listeners: [{ type: dtls, psk-file: \"" + keys + "\", client-id: " + rule + " }]";
    }

    /** The process ends without warning, and another begins with what is on the disk. */
    private static TestGateway restart(FakeStore store, int shards) throws IOException {
        store.crash();
        TestGateway gateway = TestGateway.restored(store, shards, yaml("any"), TestGateway.START);
        gateway.listen();
        return gateway;
    }

    private LockstepDevice device(TestGateway gateway, @Nullable String identity, int shard) {
        return gateway.device(new DeviceAddress.Dtls(0, ++connections, identity), shard);
    }

    @Test
    void shouldRefuseAClientIdThatIsNotTheIdentitysBeforeAnyState() throws Exception {
        TestGateway gateway = gateway(1, "same");
        LockstepDevice device = device(gateway, "a", 0);

        device.send(connect("b"));

        device.expect(REFUSED);
        assertThat(gateway.hasSession("b")).isFalse();
        assertThat(gateway.counters().connectsRefused.sum()).isEqualTo(1);
        device.send(connect("a"));
        device.expect(connAck());
    }

    @Test
    void shouldRefuseAPeerWithoutIdentityWhereClientIdsAreBound() throws Exception {
        TestGateway gateway = gateway(1, "\"%i-*\"");
        LockstepDevice nobody = device(gateway, null, 0);

        nobody.send(connect("a-1"));

        nobody.expect(REFUSED);
        LockstepDevice device = device(gateway, "a", 0);
        device.send(connect("a-1"));
        device.expect(connAck());
    }

    @Test
    void shouldNotLetAnotherIdentityTakeASessionOver() throws Exception {
        for (int shard = 0; shard < 2; shard++) {
            TestGateway gateway = gateway(2, "any");
            LockstepDevice owner = device(gateway, "a", 0);
            owner.send(connect("pump"));
            owner.expect(connAck());

            LockstepDevice thief = device(gateway, "b", shard);
            thief.send(connect("pump"));
            thief.expect(REFUSED);
            LockstepDevice nobody = device(gateway, null, shard);
            nobody.send(connect("pump"));
            nobody.expect(REFUSED);

            owner.expectNothing();
            thief.send(new PingReq(""));
            thief.expect(Disconnect.PLAIN);
            owner.send(new PingReq(""));
            owner.expect(new PingResp());
            LockstepDevice again = device(gateway, "a", shard);
            again.send(connect("pump"));
            again.expect(connAck());
            owner.expect(Disconnect.PLAIN);
        }
    }

    @Test
    void shouldNotLetAnotherIdentityTakeAKeptSession() throws Exception {
        TestGateway gateway = gateway(1, "any");
        LockstepDevice owner = device(gateway, "a", 0);
        owner.send(connectKept("pump"));
        owner.expect(connAck());
        owner.send(Disconnect.PLAIN);
        owner.expect(Disconnect.PLAIN);

        LockstepDevice thief = device(gateway, "b", 0);
        thief.send(connectKept("pump"));

        thief.expect(REFUSED);
        assertThat(gateway.session("pump").state()).isEqualTo(SessionState.DISCONNECTED);
    }

    @Test
    void shouldWakeASleeperForItsOwnIdentityOnly() throws Exception {
        for (int shard = 0; shard < 2; shard++) {
            TestGateway gateway = gateway(2, "any");
            LockstepDevice owner = device(gateway, "a", 0);
            owner.send(connect("pump"));
            owner.expect(connAck());
            owner.send(new Disconnect(300));
            owner.expect(Disconnect.PLAIN);

            LockstepDevice thief = device(gateway, "b", shard);
            thief.send(new PingReq("pump"));
            thief.expect(Disconnect.PLAIN);
            LockstepDevice nobody = device(gateway, null, shard);
            nobody.send(new PingReq("pump"));
            nobody.expect(Disconnect.PLAIN);

            LockstepDevice back = device(gateway, "a", shard);
            back.send(new PingReq("pump"));
            back.expect(new PingResp());
        }
    }

    /** However the restart finds it: the same holds for all of them. */
    @ParameterizedTest
    @ValueSource(strings = {"active", "asleep", "disconnected"})
    void shouldBelongToItsIdentityAfterARestart(String was) throws Exception {
        for (int shard = 0; shard < 2; shard++) {
            FakeStore store = new FakeStore();
            LockstepDevice before = device(restart(store, 2), "a", 0);
            before.send(connectKept("pump"));
            before.expect(connAck());
            if (!was.equals("active")) {
                before.send(was.equals("asleep") ? new Disconnect(300) : Disconnect.PLAIN);
                before.expect(Disconnect.PLAIN);
            }

            restart(store, 2);
            TestGateway gateway = restart(store, 2);

            for (LockstepDevice thief : List.of(device(gateway, "b", shard), device(gateway, null, shard))) {
                thief.send(connectKept("pump"));
                thief.expect(REFUSED);
                thief.send(connect("pump"));
                thief.expect(REFUSED);
                thief.send(new PingReq("pump"));
                thief.expect(Disconnect.PLAIN);
            }
            LockstepDevice owner = device(gateway, "a", shard);
            if (was.equals("asleep")) {
                owner.send(new PingReq("pump"));
                owner.expect(new PingResp());
            }
            owner.send(connectKept("pump"));
            owner.expect(connAck());
        }
    }

    /** It is not kept, and yet nobody else is to prevent its will. */
    @Test
    void shouldBelongToItsIdentityAfterARestartThatOnlyItsWillOutlives() throws Exception {
        FakeStore store = new FakeStore();
        LockstepDevice before = device(restart(store, 1), "a", 0);
        before.send(new Connect(true, true, 60, "pump"));
        before.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "gone")));
        before.send(new WillMsg(Payload.utf8("pump")));
        before.skipAll();

        TestGateway gateway = restart(store, 1);
        LockstepDevice thief = device(gateway, "b", 0);
        thief.send(connect("pump"));
        thief.expect(REFUSED);
        gateway.advance(Duration.ofSeconds(90));

        gateway.uplink().expectPublish("gone", Qos.AT_LEAST_ONCE, "pump");
    }

    /** Whoever was told that the session is theirs keeps it, so the answer waits for the disk. */
    @Test
    void shouldStoreANewIdentityBeforeTheDeviceIsTold() throws Exception {
        FakeStore store = new FakeStore();
        TestGateway gateway = restart(store, 1);
        LockstepDevice nobody = device(gateway, null, 0);
        nobody.send(connectKept("pump"));
        nobody.expect(connAck());
        store.hold();

        LockstepDevice owner = device(gateway, "a", 0);
        owner.send(new Connect(false, false, 120, "pump"));
        owner.expectNothing();
        store.commit();
        owner.expect(connAck());

        LockstepDevice back = device(restart(store, 1), null, 0);
        back.send(connectKept("pump"));
        back.expect(REFUSED);
    }

    /** Its CONNECT is the one from before, to the octet. */
    @Test
    void shouldStoreTheIdentityOfADeviceThatOnlyRepeatsItsConnect() throws Exception {
        FakeStore store = new FakeStore();
        TestGateway gateway = restart(store, 1);
        LockstepDevice nobody = device(gateway, null, 0);
        nobody.send(connectKept("pump"));
        nobody.expect(connAck());

        LockstepDevice owner = device(gateway, "a", 0);
        owner.send(connectKept("pump"));
        owner.expect(connAck());

        LockstepDevice back = device(restart(store, 1), null, 0);
        back.send(connectKept("pump"));
        back.expect(REFUSED);
    }

    @Test
    void shouldStoreWhoASleeperHasProvedToBe() throws Exception {
        FakeStore store = new FakeStore();
        TestGateway gateway = restart(store, 1);
        LockstepDevice nobody = device(gateway, null, 0);
        nobody.send(connectKept("pump"));
        nobody.send(new Disconnect(300));
        nobody.skipAll();
        LockstepDevice owner = device(gateway, "a", 0);
        owner.send(new PingReq("pump"));
        owner.expect(new PingResp());

        LockstepDevice back = device(restart(store, 1), null, 0);
        back.send(connectKept("pump"));
        back.expect(REFUSED);
    }

    @Test
    void shouldLetASessionWithoutIdentityBecomeSomebodys() throws Exception {
        TestGateway gateway = gateway(1, "any");
        LockstepDevice nobody = device(gateway, null, 0);
        nobody.send(connect("pump"));
        nobody.expect(connAck());

        LockstepDevice owner = device(gateway, "a", 0);
        owner.send(connect("pump"));

        owner.expect(connAck());
        nobody.expect(Disconnect.PLAIN);
        nobody.send(connect("pump"));
        nobody.expect(REFUSED);
    }
}
