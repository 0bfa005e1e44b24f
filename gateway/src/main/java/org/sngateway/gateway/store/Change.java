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

    /** A session as it is now; its parts stay as they are. */
    record PutSession(StoredSession session) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record DeleteSession(String clientId) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A subscription as it is now. */
    record PutSubscription(StoredSubscription subscription) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record DeleteSubscription(String clientId, String filter) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length() + filter.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A topic id as it is now. */
    record PutTopicId(StoredTopicId topicId) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + topicId.clientId().length() + topicId.name().length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A topic id is gone. */
    record DeleteTopicId(String clientId, int id) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** All topic ids of the device are gone. */
    record ClearTopicIds(String clientId) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A QoS 2 PUBLISH of the device was passed on. */
    record PutExchange(StoredExchange exchange) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record DeleteExchange(String clientId, int msgId) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A message waits for the device. */
    record AddDelivery(StoredDelivery delivery) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record UpdateDelivery(String clientId, long seq, int msgId, boolean received) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** It need not wait any more. */
    record DeleteDelivery(String clientId, long seq) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** All up to and including {@code seq} need not. */
    record DeleteDeliveriesUpTo(String clientId, long seq) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** The queue is empty. */
    record ClearDeliveries(String clientId) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

        @Override
        public int octets() {
            return FIXED_OCTETS + clientId.length();
        }

        @Override
        public <X extends Exception> void accept(ChangeVisitor<X> visitor) throws X {
            visitor.visit(this);
        }
    }

    /** A publish of a device is to be sent to the broker. */
    record AppendJournal(JournalEntry entry) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record DeleteJournal(List<Long> seqs) implements Change {
        public DeleteJournal {
            seqs = List.copyOf(seqs);
        }

        @Override
        public boolean needsSpace() {
            return false;
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
    record DeleteJournalOlderThan(long epochMillis) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

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
    record PutPlacement(StoredPlacement placement) implements Change {
        @Override
        public boolean needsSpace() {
            return true;
        }

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
    record DeletePlacement(String filter) implements Change {
        @Override
        public boolean needsSpace() {
            return false;
        }

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
