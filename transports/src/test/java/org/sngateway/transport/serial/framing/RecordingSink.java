// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.util.ArrayList;
import java.util.List;
import org.sngateway.codec.message.Payload;

/** Keeps what a decoder finds. */
final class RecordingSink implements FrameSink {
    final List<Payload> frames = new ArrayList<>();
    final List<Rejection> rejections = new ArrayList<>();

    @Override
    public void onFrame(byte[] body) {
        frames.add(Payload.wrap(body));
    }

    @Override
    public void onRejected(Rejection rejection) {
        rejections.add(rejection);
    }
}
