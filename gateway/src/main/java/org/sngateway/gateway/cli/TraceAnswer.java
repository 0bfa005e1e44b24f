// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a gateway answers to {@code /api/trace}. JSON is a part of YAML 1.2, which there is a reader for.
 *
 * @param cursor where to go on
 * @param leftOut frames that are missing before these
 * @param interrupted whether it is not known how many are missing
 * @param more whether there are more already
 */
record TraceAnswer(String cursor, long leftOut, boolean interrupted, boolean more, List<Frame> frames) {
    private static final int MAX_CHARACTERS = 16 << 20;

    /**
     * A frame that passed.
     *
     * @param sent whether the gateway sent it
     * @param client the device's client id; empty when it is not known
     * @param address where the device is
     * @param listener where it reaches the gateway
     * @param message what the frame was
     * @param peer the device's end, for a capture file
     * @param local the gateway's end, for a capture file
     * @param octets the frame
     */
    @SuppressWarnings("ArrayRecordComponent") // made to be written once, never compared
    record Frame(
            Instant time,
            boolean sent,
            String client,
            String address,
            String listener,
            String message,
            InetSocketAddress peer,
            InetSocketAddress local,
            byte[] octets) {}

    /** @throws IOException when it is not of that form */
    static TraceAnswer parse(String json) throws IOException {
        try {
            Map<?, ?> answer = (Map<?, ?>) new Load(LoadSettings.builder()
                            .setCodePointLimit(MAX_CHARACTERS)
                            .build())
                    .loadFromString(json);
            return new TraceAnswer(
                    text(answer, "cursor"),
                    ((Number) value(answer, "leftOut")).longValue(),
                    (Boolean) value(answer, "interrupted"),
                    (Boolean) value(answer, "more"),
                    ((List<?>) value(answer, "frames"))
                            .stream().map(one -> frame((Map<?, ?>) one)).toList());
        } catch (YamlEngineException
                | ClassCastException
                | IllegalArgumentException
                | DateTimeException
                | NullPointerException wrong) {
            throw new IOException("the gateway's answer is not understood: is it of another version?", wrong);
        }
    }

    private static Frame frame(Map<?, ?> frame) {
        return new Frame(
                Instant.parse(text(frame, "time")),
                text(frame, "direction").equals("out"),
                text(frame, "client"),
                text(frame, "address"),
                text(frame, "listener"),
                text(frame, "message"),
                address(text(frame, "peer")),
                address(text(frame, "local")),
                ByteBufUtil.decodeHexDump(text(frame, "frame")));
    }

    private static Object value(Map<?, ?> of, String key) {
        Object value = of.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    private static String text(Map<?, ?> of, String key) {
        return (String) value(of, key);
    }

    private static InetSocketAddress address(String text) {
        return AdminClient.address(text).orElseThrow(() -> new IllegalArgumentException(text + " is no address"));
    }
}
