// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.register;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.text.MessageText;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.testsupport.ManualLoop;

/** What two shards note of the frames that pass them; devices from number 10 arrive on shard 1. */
class ShardFramesTest {
    private final TestGateway gateway = TestGateway.start(2, "");
    private final LockstepDevice device = gateway.device(1, 0);
    private final LockstepDevice elsewhere = gateway.device(11, 1);

    /** Each frame's direction, client id and first word, those of shard 0 first. */
    private List<String> frames(String clientId) {
        List<TracedFrame> frames = new ArrayList<>();
        IntStream.range(0, 2)
                .mapToObj(gateway::shard)
                .forEach(shard -> onLoop(
                        shard,
                        () -> frames.addAll(shard.frames()
                                .newest(clientId, 100)
                                .orElseThrow()
                                .frames())));
        return frames.stream()
                .map(frame -> (frame.sent() ? "out " : "in ")
                        + MessageText.of(frame.frame()).split(" ", 2)[0])
                .toList();
    }

    private static void onLoop(Shard shard, Runnable task) {
        ((ManualLoop) shard.loop()).run(task);
    }

    @Test
    void shouldNoteWhatADeviceSendsAndIsSent() {
        device.send(connect("d"));
        device.send(register(1, "t"));
        device.sendHex("0A0A 0000 0007 612B2B2B");
        device.send(pingReq());

        assertThat(frames("d"))
                .containsExactly(
                        "in CONNECT",
                        "out CONNACK",
                        "in REGISTER",
                        "out REGACK",
                        "in MALFORMED",
                        "out REGACK",
                        "in PINGREQ",
                        "out PINGRESP");
    }

    @Test
    void shouldNoteFramesThatArriveElsewhereWhereTheSessionLives() {
        device.send(connectKept("d"));
        elsewhere.send(connectKept("d"));
        elsewhere.send(pingReq());
        elsewhere.sendHex("0A0A 0000 0007 612B2B2B");

        assertThat(frames("d"))
                .containsExactly(
                        "in CONNECT",
                        "out CONNACK",
                        "out DISCONNECT",
                        "out CONNACK",
                        "in PINGREQ",
                        "out PINGRESP",
                        "in MALFORMED",
                        "out REGACK",
                        "in CONNECT"); // where it arrived
    }

    @Test
    void shouldNoteRefusedConnectsWithTheirClientId() {
        TestGateway strict = TestGateway.start(1, "sessions: { max-client-id: 23 }");
        String tooLong = "x".repeat(24);
        strict.device(1).send(connect(tooLong));
        List<TracedFrame> frames = new ArrayList<>();
        onLoop(
                strict.shard(0),
                () -> frames.addAll(strict.shard(0)
                        .frames()
                        .newest(tooLong, 100)
                        .orElseThrow()
                        .frames()));

        assertThat(frames).extracting(TracedFrame::sent).containsExactly(false, true);
    }

    @Test
    void shouldNoteFramesOfPeersWithoutASessionWithoutAClientId() {
        List<TracedFrame> frames = new ArrayList<>();
        FrameLog log = gateway.shard(0).frames();
        TraceCursor.Position[] begin = new TraceCursor.Position[1];
        onLoop(gateway.shard(0), () -> {
            TraceSlice slice = log.read("", null, 100, 10_000).orElseThrow();
            begin[0] = new TraceCursor.Position(slice.watch(), slice.end());
        });
        device.send(pingReq());
        device.send(new SearchGw(0));
        device.sendHex("00");
        onLoop(
                gateway.shard(0),
                () -> frames.addAll(
                        log.read("", begin[0], 100, 10_000).orElseThrow().frames()));

        assertThat(frames).extracting(TracedFrame::device).containsOnly("");
        assertThat(frames)
                .extracting(frame -> MessageText.of(frame.frame()).split(" ", 2)[0])
                .containsExactly("PINGREQ", "DISCONNECT", "SEARCHGW", "GWINFO", "MALFORMED");
    }
}
