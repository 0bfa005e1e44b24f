// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.PubComp;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** Two shards with threads of their own, read from a third. */
class FrameTraceTest {
    private static final DeviceAddress ADDRESS =
            new DeviceAddress.Udp(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000));

    private final OwnerLoops loops = OwnerLoops.start(2);
    private final List<FrameLog> logs =
            loops.loops().stream().map(FrameLog::new).toList();
    private final FrameTrace trace = new FrameTrace(logs);

    @AfterEach
    void stop() {
        loops.close();
    }

    private void note(int shard, int msgId) throws InterruptedException {
        OwnerLoop loop = loops.loops().get(shard);
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            logs.get(shard).received(ADDRESS, "d", new PubComp(msgId));
            done.countDown();
        });
        done.await();
    }

    private static List<Integer> ids(List<TracedFrame> frames) {
        return frames.stream()
                .map(frame -> ((PubComp) ((DecodeResult.Decoded) frame.frame()).message()).msgId())
                .toList();
    }

    @Test
    void shouldMergeTheFramesOfAllShardsInTheirOrder() throws Exception {
        String begin = trace.read("d", null).cursor();
        note(0, 1);
        note(1, 2);
        note(0, 3);

        FrameTrace.Batch batch = trace.read("d", begin);
        note(1, 4);
        FrameTrace.Batch next = trace.read("d", batch.cursor());

        assertThat(ids(batch.frames())).containsExactly(1, 2, 3);
        assertThat(batch.isInterrupted()).isFalse();
        assertThat(ids(next.frames())).containsExactly(4);
        assertThat(ids(trace.recent("d", 2))).containsExactly(3, 4);
    }

    @Test
    void shouldTellAReaderThatComesFromAnotherGateway() throws Exception {
        assertThat(trace.read("d", "1-1.1-1").isInterrupted()).isTrue();
        assertThat(trace.read("d", "1-1").isInterrupted()).isTrue();
    }

    @Test
    void shouldRefuseWhenTheGatewayStops() {
        loops.close();

        Assertions.assertThatThrownBy(() -> trace.read("d", null)).isInstanceOf(TraceUnavailableException.class);
    }
}
