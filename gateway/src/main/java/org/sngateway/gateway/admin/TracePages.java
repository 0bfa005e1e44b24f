// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.sngateway.gateway.observe.FrameTrace;
import org.sngateway.gateway.observe.TraceUnavailableException;
import org.sngateway.gateway.observe.TracedFrame;

/** The frames that pass, for {@code sn-gateway trace} and for the page of one device. */
final class TracePages {
    static final Set<String> TRACE_PARAMETERS = Set.of("after", "client", "payloads");
    static final Set<String> FRAMES_PARAMETERS = Set.of("payloads");

    private static final int RECENT_FRAMES = 50;

    private final AdminSources sources;
    private final FrameTrace trace;
    private final InstantSource wallClock;

    TracePages(AdminSources sources, InstantSource wallClock) {
        this.sources = sources;
        this.trace = sources.frames();
        this.wallClock = wallClock;
    }

    /** {@code /api/trace}: what has passed since the answer with the cursor {@code after}. */
    Answer trace(Request request) {
        if (mayNotSeePayloads(request)) {
            return refused();
        }
        String after = request.parameter("after");
        try {
            FrameTrace.Batch batch = trace.read(request.parameter("client"), after.isEmpty() ? null : after);
            StringBuilder json = new StringBuilder(512)
                    .append("{\"cursor\":")
                    .append(Json.string(batch.cursor()))
                    .append(",\"leftOut\":")
                    .append(batch.leftOut())
                    .append(",\"interrupted\":")
                    .append(batch.isInterrupted())
                    .append(",\"more\":")
                    .append(batch.more());
            return frames(request, batch.frames(), json.append(','));
        } catch (TraceUnavailableException busy) {
            return Answer.error(503, String.valueOf(busy.getMessage()));
        } catch (IllegalArgumentException wrong) {
            return Answer.error(400, String.valueOf(wrong.getMessage()));
        }
    }

    /** {@code /api/sessions/{id}/frames}: the last frames of one device. */
    Answer recent(Request request) {
        if (mayNotSeePayloads(request)) {
            return refused();
        }
        try {
            return frames(request, trace.recent(request.id(), RECENT_FRAMES), new StringBuilder("{"));
        } catch (TraceUnavailableException busy) {
            return Answer.error(503, String.valueOf(busy.getMessage()));
        }
    }

    private static boolean mayNotSeePayloads(Request request) {
        return wantsPayloads(request) && !request.authorised();
    }

    private static boolean wantsPayloads(Request request) {
        return request.parameter("payloads").equals("true");
    }

    private static Answer refused() {
        return Answer.error(401, "payloads are shown to those who have the token only");
    }

    private Answer frames(Request request, List<TracedFrame> frames, StringBuilder json) {
        FrameText text = new FrameText(
                sources.listeners(),
                wantsPayloads(request),
                wallClock.instant(),
                sources.nanoClock().getAsLong());
        json.append("\"frames\":[");
        for (int i = 0; i < frames.size(); i++) {
            json.append(i == 0 ? "" : ",");
            text.append(frames.get(i), json);
        }
        return Answer.json(200, json.append("]}").toString());
    }
}
