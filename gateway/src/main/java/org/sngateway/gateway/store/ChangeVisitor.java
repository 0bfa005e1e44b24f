// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** One method for each kind of {@link Change}, so that a forgotten one does not compile. */
interface ChangeVisitor<X extends Exception> {
    void visit(Change.PutSession change) throws X;

    void visit(Change.DeleteSession change) throws X;

    void visit(Change.PutSubscription change) throws X;

    void visit(Change.DeleteSubscription change) throws X;

    void visit(Change.PutTopicId change) throws X;

    void visit(Change.PutExchange change) throws X;

    void visit(Change.DeleteExchange change) throws X;

    void visit(Change.AddDelivery change) throws X;

    void visit(Change.UpdateDelivery change) throws X;

    void visit(Change.DeleteDelivery change) throws X;

    void visit(Change.AppendJournal change) throws X;

    void visit(Change.DeleteJournal change) throws X;

    void visit(Change.DeleteJournalOlderThan change) throws X;

    void visit(Change.PutPlacement change) throws X;

    void visit(Change.DeletePlacement change) throws X;

    void visit(Change.Together change) throws X;
}
