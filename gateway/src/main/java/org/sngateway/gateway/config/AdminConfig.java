// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.socketAddress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.Scalar.BadValueException;

/**
 * Section {@code admin}: where operators see how the gateway is doing, and act on it.
 *
 * @param bind local address and port of the HTTP server, port 0 for any free one; null for none
 * @param tokenFile a file that holds the token which actions need; null for a random one of each start
 */
public record AdminConfig(
        @Nullable InetSocketAddress bind, @Nullable Path tokenFile) {
    private static final int MIN_TOKEN_CHARS = 16;
    private static final int MAX_TOKEN_CHARS = 256;
    private static final Optional<InetSocketAddress> DEFAULT_BIND =
            Optional.of(socketAddress().of("127.0.0.1:8084"));

    static AdminConfig read(Section in) {
        return new AdminConfig(
                in.value("bind", orOff(socketAddress()), DEFAULT_BIND).orElse(null),
                in.optional("token-file", AdminConfig::tokenFile));
    }

    private static @Nullable Path tokenFile(Value value) {
        return new Scalar<>("a file with 16 to 256 visible ASCII characters that the gateway may read", text -> {
                    try {
                        Path file = value.source().resolve(text);
                        if (!isToken(content(file))) {
                            throw BadValueException.of(text, "holds no token that can be used");
                        }
                        return file;
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    } catch (FileContent.UnusableException e) {
                        throw BadValueException.of(text, e.wrong());
                    }
                })
                .read(value);
    }

    /**
     * The token in {@link #tokenFile}, which is not null, as it stands there now.
     *
     * @throws IOException when it cannot be used; the message names the file and not the token
     */
    public String readToken() throws IOException {
        Path file = Objects.requireNonNull(tokenFile, "tokenFile");
        try {
            String token = content(file);
            if (!isToken(token)) {
                throw new IOException(file + " holds no token that can be used");
            }
            return token;
        } catch (FileContent.UnusableException e) {
            throw new IOException(file + " " + e.wrong(), e);
        }
    }

    /** Without the end of the line. */
    private static String content(Path file) throws FileContent.UnusableException {
        return new String(FileContent.read(file, 2 * MAX_TOKEN_CHARS), StandardCharsets.ISO_8859_1).strip();
    }

    private static boolean isToken(String text) {
        return text.length() >= MIN_TOKEN_CHARS
                && text.length() <= MAX_TOKEN_CHARS
                && text.chars().allMatch(c -> c > ' ' && c <= '~');
    }
}
