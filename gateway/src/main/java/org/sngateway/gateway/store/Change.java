// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;

/** One change of what is stored. Adding what is there replaces it; deleting what is not there does nothing. */
public sealed interface Change {
    /** What any change takes in the queue besides its text and payload. */
    int FIXED_OCTETS = 64;

    /** Whether it may make the file larger. What does not is accepted in all states. */
    boolean needsSpace();

    /** What it counts for the bound of the queue. */
    int octets();

    /** Calls the method of {@code visitor} for this kind. */
    <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X;

    /** A change that puts something into the file. */
    sealed interface Growing extends Change {
        @Override
        default boolean needsSpace() {
            return true;
        }
    }

    /** A change that takes something out of the file, or replaces it by what is as large. */
    sealed interface NotGrowing extends Change {
        @Override
        default boolean needsSpace() {
            return false;
        }
    }

    /** A change whose only text is the name of the client, unless it says otherwise. */
    sealed interface OfClient extends NotGrowing {
        String clientId();

        @Override
        default int octets() {
            return FIXED_OCTETS + clientId().length();
        }
    }

    /** A session as it is now; its parts stay as they are. */
    record PutSession(StoredSession session) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + session.octets();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** The session and all its parts are gone. */
    record DeleteSession(String clientId) implements OfClient {
        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A subscription as it is now. */
    record PutSubscription(StoredSubscription subscription) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS
                    + subscription.clientId().length()
                    + subscription.filter().length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A subscription is gone. */
    record DeleteSubscription(String clientId, String filter) implements OfClient {
        @Override
        public int octets() {
            return OfClient.super.octets() + filter.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A topic id as it is now. */
    record PutTopicId(StoredTopicId topicId) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + topicId.clientId().length() + topicId.name().length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A QoS 2 PUBLISH of the device was passed on. */
    record PutExchange(StoredExchange exchange) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + exchange.clientId().length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** The device has released it. */
    record DeleteExchange(String clientId, int msgId) implements OfClient {
        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A message waits for the device. */
    record AddDelivery(StoredDelivery delivery) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + delivery.octets();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** It was sent, or the device acknowledged it with PUBREC. */
    record UpdateDelivery(String clientId, long seq, int msgId, boolean received) implements OfClient {
        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** It need not wait any more. */
    record DeleteDelivery(String clientId, long seq) implements OfClient {
        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A publish of a device is to be sent to the broker. */
    record AppendJournal(JournalEntry entry) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + entry.octets();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** These were acknowledged by the broker. */
    record DeleteJournal(List<Long> seqs) implements NotGrowing {
        public DeleteJournal {
            seqs = List.copyOf(seqs);
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + Long.BYTES * seqs.size();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** Entries accepted before this time are given up. */
    record DeleteJournalOlderThan(long epochMillis) implements NotGrowing {
        @Override
        public int octets() {
            return FIXED_OCTETS;
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A filter's place as it is now. */
    record PutPlacement(StoredPlacement placement) implements Growing {
        @Override
        public int octets() {
            return FIXED_OCTETS + placement.filter().length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A filter is gone. */
    record DeletePlacement(String filter) implements NotGrowing {
        @Override
        public int octets() {
            return FIXED_OCTETS + filter.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** Several changes that become durable together or not at all, carried out in their order. */
    record Together(List<Change> changes) implements Change {
        public Together {
            changes = List.copyOf(changes);
        }

        @Override
        public boolean needsSpace() {
            return changes.stream().anyMatch(Change::needsSpace);
        }

        @Override
        public int octets() {
            return changes.stream().mapToInt(Change::octets).sum();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }
}
