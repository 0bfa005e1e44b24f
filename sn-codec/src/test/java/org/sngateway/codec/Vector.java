// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** One row of {@code vectors.csv}; its {@code {HH*N}} abbreviations are expanded. */
record Vector(String id, String status, String message, String direction, String hex, String fields, String note) {
    private static final Pattern REPETITION = Pattern.compile("\\{(\\p{XDigit}{2})\\*(\\d+)}");

    Vector {
        hex = expand(hex);
        fields = expand(fields);
    }

    private static String expand(String text) {
        return REPETITION.matcher(text).replaceAll(Vector::repeat);
    }

    private static String repeat(MatchResult repetition) {
        return repetition.group(1).repeat(Integer.parseInt(repetition.group(2)));
    }

    ByteBuf frame() {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    /** Everyone who may have sent the frame. */
    List<Sender> senders() {
        return switch (direction) {
            case "c2g", "f2g", "c2c" -> List.of(Sender.DEVICE);
            case "g2c", "g2f" -> List.of(Sender.GATEWAY);
            case "both", "any" -> List.of(Sender.values());
            default -> throw new IllegalStateException(direction);
        };
    }

    Map<String, String> fieldMap() {
        Map<String, String> map = new TreeMap<>();
        for (String field : fields.split(";", -1)) {
            String[] keyAndValue = field.split("=", 2);
            map.put(keyAndValue[0], keyAndValue[1]);
        }
        return map;
    }
}
