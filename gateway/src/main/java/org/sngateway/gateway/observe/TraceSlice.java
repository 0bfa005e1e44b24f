// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.List;

/**
 * What one loop has of a watch.
 *
 * @param watch which watch it was
 * @param end the number to go on after
 * @param leftOut how many frames of those up to {@code end} are missing
 * @param more whether there are more already
 * @param frames the oldest first
 */
record TraceSlice(long watch, long end, long leftOut, boolean more, List<TracedFrame> frames) {}
