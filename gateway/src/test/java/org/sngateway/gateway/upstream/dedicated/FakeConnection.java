// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/** A broker at the end of one connection, which does what the test says, and nothing before. Insists on what the seam asks of its user. */
final class FakeConnection implements BrokerConnection {
    record Sent(UpstreamMessage message, PublishListener listener) {}

    record Subscribing(List<FilterRequest> requests, CompletableFuture<List<FilterAnswer>> answer) {}

    record Unsubscribing(List<TopicFilter> filters, CompletableFuture<Boolean> answer) {}

    final Spec spec;
    final OwnerLoop loop;
    private final Listener listener;

    final Deque<Sent> sent = new ArrayDeque<>();
    final Deque<Subscribing> subscribes = new ArrayDeque<>();
    final Deque<Unsubscribing> unsubscribes = new ArrayDeque<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();

    boolean opened;
    /** Whether an attempt to connect has begun. */
    boolean begun;

    boolean connected;

    @Nullable
    UpstreamMessage will;

    @Nullable
    End end;

    private int sendMaximum;

    FakeConnection(Spec spec, OwnerLoop loop, Listener listener) {
        this.spec = spec;
        this.will = spec.will();
        this.loop = loop;
        this.listener = listener;
    }

    // ---- what the gateway does

    @Override
    public void open() {
        loop.assertOwner();
        assertThat(opened).as("opened before").isFalse();
        opened = true;
        attempt();
    }

    /** An attempt is due. */
    void attempt() {
        begun = false;
        listener.onAttempt(() -> {
            loop.assertOwner();
            assertThat(begun).as("begun before").isFalse();
            begun = end == null;
        });
    }

    @Override
    public void publish(UpstreamMessage message, PublishListener published) {
        loop.assertOwner();
        assertThat(connected && end == null).as("connected when publishing").isTrue();
        assertThat(sent).as("unacknowledged messages").hasSizeLessThan(sendMaximum);
        sent.add(new Sent(message, published));
    }

    @Override
    public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
        noteFilters(filters.stream().map(FilterRequest::filter).toList());
        Subscribing asked = new Subscribing(filters, new CompletableFuture<>());
        subscribes.add(asked);
        return asked.answer;
    }

    @Override
    public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
        noteFilters(filters);
        Unsubscribing asked = new Unsubscribing(filters, new CompletableFuture<>());
        unsubscribes.add(asked);
        return asked.answer;
    }

    private void noteFilters(List<TopicFilter> filters) {
        loop.assertOwner();
        assertThat(connected && end == null).as("connected").isTrue();
        assertThat(filters).doesNotHaveDuplicates().hasSizeBetween(1, DedicatedFixture.MAX_FILTERS);
        assertThat(subscribes.size() + unsubscribes.size())
                .as("open packets")
                .isLessThan(FilterOrders.MAX_OPEN_PACKETS);
    }

    @Override
    public void changeWill(@Nullable UpstreamMessage changed) {
        loop.assertOwner();
        assertThat(spec.keepsSession()).isTrue();
        will = changed;
        if (connected) {
            fail(Disconnection.Cause.CLOSED);
        }
    }

    @Override
    public CompletionStage<Void> close(End how) {
        loop.assertOwner();
        assertThat(end).as("closed before").isNull();
        end = how;
        connected = false;
        return closed;
    }

    // ---- what the broker does

    void accept() {
        accept(false);
    }

    void accept(boolean sessionPresent) {
        accept(new BrokerOffer(sessionPresent, 10, Qos.EXACTLY_ONCE, true, true));
    }

    void accept(BrokerOffer offer) {
        assertThat(begun && end == null).as("an attempt has begun").isTrue();
        connected = true;
        sendMaximum = offer.sendMaximum();
        listener.onConnected(offer);
    }

    /** The connection, or the attempt, ends; what was asked is not answered. The next attempt is due at once. */
    void fail(Disconnection.Cause cause) {
        lose(cause);
        if (end == null) {
            attempt();
        }
    }

    /** The same, with the next attempt left to the test. */
    void lose(Disconnection.Cause cause) {
        connected = false;
        listener.onDisconnected(new Disconnection(cause, "test"));
        List.copyOf(subscribes)
                .forEach(asked -> asked.answer.complete(Collections.nCopies(
                        asked.requests.size(), new FilterAnswer.Refused(PublishOutcome.CONGESTION))));
        List.copyOf(unsubscribes).forEach(asked -> asked.answer.complete(false));
        subscribes.clear();
        unsubscribes.clear();
    }

    void acknowledge() {
        sent.remove().listener.onPublished(PublishOutcome.ACCEPTED);
    }

    /** Grants what the oldest SUBSCRIBE asks for. */
    void grant() {
        Subscribing asked = subscribes.remove();
        asked.answer.complete(asked.requests.stream()
                .<FilterAnswer>map(request -> new FilterAnswer.Granted(request.qos()))
                .toList());
    }

    void refuse(PublishOutcome outcome) {
        Subscribing asked = subscribes.remove();
        asked.answer.complete(Collections.nCopies(asked.requests.size(), new FilterAnswer.Refused(outcome)));
    }

    void confirmUnsubscribe() {
        unsubscribes.remove().answer.complete(true);
    }

    /** The filters of the oldest SUBSCRIBE. */
    List<String> asked() {
        return subscribes.element().requests.stream()
                .map(request -> request.filter().value())
                .toList();
    }

    /** Topics of what is not acknowledged. */
    List<String> unacknowledged() {
        return sent.stream().map(one -> one.message.topic()).toList();
    }

    /** Sends a message; returns how often it has been acknowledged. */
    AtomicInteger deliver(String topic, Qos qos) {
        AtomicInteger acknowledged = new AtomicInteger();
        listener.onMessage(new BrokerMessage(
                topic, Payload.utf8("x"), qos, false, BrokerMessage.NO_EXPIRY, acknowledged::incrementAndGet));
        return acknowledged;
    }

    void deliver(BrokerMessage message) {
        listener.onMessage(message);
    }

    List<UpstreamMessage> messages() {
        return new ArrayList<>(sent.stream().map(Sent::message).toList());
    }
}
