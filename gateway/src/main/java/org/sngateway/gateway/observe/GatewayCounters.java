// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.sngateway.codec.MalformedReason;

/** What happened since the start. Each counter may be raised and read from any thread. */
public final class GatewayCounters {
    /** Frames received that are messages. */
    public final MessageCounts framesIn = new MessageCounts();
    /** Messages sent to devices, retransmissions included; not those to groups of devices. */
    public final MessageCounts framesOut = new MessageCounts();
    /** Messages handed to the broker's connections. */
    public final LongAdder publishesUp = new LongAdder();
    /** Of these, acknowledged by the broker: those of QoS 1 and 2. */
    public final LongAdder publishesAcknowledged = new LongAdder();
    /** QoS 0 messages dropped because the broker was away or the lane was full. */
    public final LongAdder upstreamDropped = new LongAdder();
    /** QoS 1 and 2 messages refused with "congestion" because the broker was away or the lane was full. */
    public final LongAdder upstreamCongested = new LongAdder();
    /** Messages of QoS 1 and 2 given up because the broker closed the connection each time it got them. */
    public final LongAdder publishesGivenUp = new LongAdder();
    /** Messages of QoS 1 and 2 written to the journal because the broker was away or late. */
    public final LongAdder journalled = new LongAdder();
    /** Messages of the journal that the broker then refused; their devices had been told that they arrived. */
    public final LongAdder journalRefused = new LongAdder();
    /** Messages from the broker, each counted once however many devices they are for. */
    public final LongAdder publishesDown = new LongAdder();
    /** Messages from the broker that no device here subscribes to. */
    public final LongAdder downlinkUnmatched = new LongAdder();
    /** QoS 0 messages from the broker dropped because the shards of the devices they were for did not keep up. */
    public final LongAdder downlinkDropped = new LongAdder();
    /** Messages of shared subscriptions dropped because no member was left to take them. */
    public final LongAdder sharedUndelivered = new LongAdder();
    /** Subscriptions of devices whose retained messages were not asked for: too many waited, or the broker refused. */
    public final LongAdder retainedNotAsked = new LongAdder();
    /** Filters that the broker had granted and refused when they were subscribed again on a later connection. */
    public final LongAdder resubscribesRefused = new LongAdder();
    /**
     * Messages of which a device with overlapping filters waited for another copy, and that were forgotten because there were too many:
     * had the device unsubscribed just then, it might have missed one or had it twice.
     */
    public final LongAdder copiesForgotten = new LongAdder();
    /** QoS 0 messages for a device dropped because its queue was full. */
    public final LongAdder queueDroppedQos0 = new LongAdder();
    /** QoS 1 and 2 messages for a device dropped because its queue was full, as the overflow policy says. */
    public final LongAdder queueDroppedQos1 = new LongAdder();
    /** Messages for a device that do not fit a frame of its transport (§6.10). */
    public final LongAdder downlinkTooLarge = new LongAdder();
    /** Messages that a device refused, or that no topic id was left for. */
    public final LongAdder undeliverable = new LongAdder();
    /** Messages for a device that expired while they waited for it (MQTT 5 §3.3.2.3.3). */
    public final LongAdder expired = new LongAdder();
    /** Messages to devices sent again because no answer came. */
    public final LongAdder retransmissions = new LongAdder();
    /** Devices not heard of within their keep-alive, or that did not answer. */
    public final LongAdder devicesLost = new LongAdder();
    /** CONNECTs accepted. */
    public final LongAdder connectsAccepted = new LongAdder();
    /** CONNECTs refused. */
    public final LongAdder connectsRefused = new LongAdder();
    /** Well-formed messages ignored: not allowed in the session's state, or from a peer without a session. */
    public final LongAdder messagesIgnored = new LongAdder();
    /** Devices whose own connection to the broker is up now; 0 where devices share connections. */
    public final LongAdder deviceConnectionsUp = new LongAdder();
    /** Devices with a session that is connected now. */
    public final LongAdder devicesConnected = new LongAdder();

    /** Messages for a device dropped because an operator cleared its queue. */
    public final LongAdder queueCleared = new LongAdder();
    /** Actions on the admin port that came with the token. */
    public final LongAdder actionsTaken = new LongAdder();
    /** Requests to the admin port whose token was missing or wrong. */
    public final LongAdder actionsUnauthorised = new LongAdder();
    /** Sessions that say they are disconnected, or never were connected. */
    public final LongAdder sessionsDisconnected = new LongAdder();
    /** Sessions whose CONNECT is not answered yet. */
    public final LongAdder sessionsConnecting = new LongAdder();
    /** Sessions of devices that are active. */
    public final LongAdder sessionsActive = new LongAdder();
    /** Sessions of devices that sleep. */
    public final LongAdder sessionsAsleep = new LongAdder();
    /** Sessions of devices that have woken to collect what waits for them. */
    public final LongAdder sessionsAwake = new LongAdder();
    /** Sessions of devices that were lost. */
    public final LongAdder sessionsLost = new LongAdder();
    /** Messages that wait for devices, those under way to them included. */
    public final LongAdder bufferedMessages = new LongAdder();
    /** What they count for the limits of buffers. */
    public final LongAdder bufferedOctets = new LongAdder();
    /** Messages to devices that wait for an answer now. */
    public final LongAdder messagesInFlight = new LongAdder();

    /** What is on its way to the broker. */
    public final PublishStatsRegistry publishStats = new PublishStatsRegistry();

    /** How the connections to the broker are doing. */
    public final ConnectionStatuses connections = new ConnectionStatuses();

    private final Map<MalformedReason, LongAdder> malformed = new EnumMap<>(MalformedReason.class);

    public GatewayCounters() {
        Arrays.stream(MalformedReason.values()).forEach(reason -> malformed.put(reason, new LongAdder()));
    }

    /** Counts a malformed frame. */
    public void countMalformed(MalformedReason reason) {
        LongAdder counter = malformed.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Malformed frames by reason; reasons that did not occur are left out. */
    public Map<MalformedReason, Long> malformed() {
        return malformed.entrySet().stream()
                .filter(entry -> entry.getValue().sum() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().sum()));
    }
}
