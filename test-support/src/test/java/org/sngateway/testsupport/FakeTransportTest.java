// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport.Port;
import org.sngateway.transport.TransportStats;

final class FakeTransportTest {
    private record Arrival(int port, DeviceAddress from, DecodeResult frame) {}

    private final ManualLoop first = new ManualLoop();
    private final ManualLoop second = new ManualLoop();
    private final List<Arrival> arrivals = new ArrayList<>();
    private final FakeTransport transport = new FakeTransport(2, 16);
    private final DeviceAddress one = transport.address(1);
    private final DeviceAddress two = transport.address(2);

    @BeforeEach
    void open() {
        assertThat(transport.open(List.of(
                        new Port(first, (from, frame) -> arrivals.add(new Arrival(0, from, frame))),
                        new Port(second, (from, frame) -> arrivals.add(new Arrival(1, from, frame))))))
                .isCompletedWithValue("fake:2");
    }

    @Test
    void shouldDeliverToPortOfAddress() {
        transport.attach(two, 1);
        transport.receive(one, new PingReq("a"));
        transport.receive(two, new PingReq("b"));
        assertThat(arrivals)
                .containsExactly(
                        new Arrival(0, one, new DecodeResult.Decoded(new PingReq("a"))),
                        new Arrival(1, two, new DecodeResult.Decoded(new PingReq("b"))));
        assertThat(one.listener()).isEqualTo(2);
        assertThat(transport.address(1)).isEqualTo(one).isNotEqualTo(two);
    }

    @Test
    void shouldDeliverGarbageAsMalformed() {
        transport.receive(one, Payload.hex("01"));
        assertThat(((DecodeResult.Malformed) arrivals.get(0).frame()).reason()).isEqualTo(MalformedReason.HEADER);
    }

    @Test
    void shouldRecordWhatWasSentInOrder() {
        transport.send(one, new PingResp());
        transport.send(two, new PingResp());
        transport.send(one, new PingReq(""));
        assertThat(transport.sent()).hasSize(3);
        assertThat(transport.sentTo(one)).containsExactly(new PingResp(), new PingReq(""));
        assertThat(transport.poll(one)).isEqualTo(new PingResp());
        assertThat(transport.sentTo(one)).containsExactly(new PingReq(""));
        assertThat(transport.poll(two)).isEqualTo(new PingResp());
        assertThat(transport.poll(two)).isNull();
        transport.clearSent();
        assertThat(transport.sent()).isEmpty();
    }

    @Test
    void shouldFailTestThatSendsWhatGatewaysDoNot() {
        assertThatThrownBy(() -> transport.send(one, new SearchGw(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("WRONG_DIRECTION");
    }

    @Test
    void shouldDropAndCountWhatIsTooLongOrLate() {
        transport.receive(one, new PingReq(""));
        transport.send(one, new PingResp());
        transport.send(
                one,
                new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(1), 0, Payload.wrap(new byte[10])));
        assertThat(transport.close()).isCompleted();
        transport.send(one, new PingResp());
        assertThat(transport.sentTo(one)).containsExactly(new PingResp());
        assertThat(transport.stats()).isEqualTo(new TransportStats(1, 2, 1, 2, 2, 0));
    }

    @Test
    void shouldInsistOnLoopAndListener() {
        first.setOwner(false);
        assertThatIllegalStateException().isThrownBy(() -> transport.receive(one, new PingReq("")));
        transport.send(one, new PingResp());
        second.setOwner(false);
        assertThatIllegalStateException().isThrownBy(() -> transport.send(one, new PingResp()));
        DeviceAddress foreign = new FakeTransport().address(1);
        assertThatIllegalArgumentException().isThrownBy(() -> transport.send(foreign, new PingResp()));
    }
}
