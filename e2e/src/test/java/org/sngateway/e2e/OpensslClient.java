// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** {@code openssl s_client} as a device: another implementation of DTLS. What is written to it at once leaves in one record. */
final class OpensslClient implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;

    private OpensslClient(Process process) {
        this.process = process;
    }

    static boolean isInstalled() {
        try {
            return new ProcessBuilder("openssl", "version")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param options of {@code s_client}, besides those that say where to connect to */
    static OpensslClient start(InetSocketAddress gateway, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("openssl", "s_client", "-dtls1_2", "-quiet", "-connect", "127.0.0.1:" + gateway.getPort()));
        command.addAll(List.of(options));
        return new OpensslClient(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** @param key in hexadecimal */
    static OpensslClient withKey(InetSocketAddress gateway, String identity, String key) throws IOException {
        return start(gateway, "-psk_identity", identity, "-psk", key);
    }

    void send(SnMessage message) throws IOException {
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        process.getOutputStream().write(ByteBufUtil.getBytes(frame));
        process.getOutputStream().flush();
    }

    /** The octets that come next are those of {@code message}. */
    void expect(SnMessage message) throws Exception {
        ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
        SnCodec.encode(message, frame);
        byte[] expected = ByteBufUtil.getBytes(frame);
        InputStream out = process.getInputStream();
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            try {
                return out.readNBytes(expected.length);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            assertThat(read.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(expected);
        } catch (TimeoutException e) {
            throw new AssertionError("no " + message + " within " + PATIENCE_SECONDS + " s", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
