// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.gateway.session.SessionState;
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
        Path keys = Files.writeString(directory.resolve("psk.txt"), "a: 00");
        return TestGateway.start(
                shards, "listeners: [{ type: dtls, psk-file: \"" + keys + "\", client-id: " + rule + " }]");
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
