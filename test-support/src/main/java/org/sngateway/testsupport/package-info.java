// SPDX-License-Identifier: Apache-2.0
/**
 * Stands in for time, for the network and for the broker in tests: {@link org.sngateway.testsupport.ManualLoop},
 * {@link org.sngateway.testsupport.FakeTransport}, {@link org.sngateway.testsupport.LockstepDevice} with its
 * {@link org.sngateway.testsupport.Messages}, {@link org.sngateway.testsupport.MosquittoProcess}. Not shipped.
 * <p>Touches: {@code sn-codec} and the front doors of {@code transports}.
 * <p>Threading: none; everything happens on the thread of the test, in an order that is always the same; a broker is a process of its own.
 */
@NullMarked
package org.sngateway.testsupport;

import org.jspecify.annotations.NullMarked;
