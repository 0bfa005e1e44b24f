// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.Scalar.BadValueException;

/**
 * A file of pre-shared keys: one {@code identity: key} a line, the key in hexadecimal, or after {@code text:} as it is. Empty lines and lines
 * that begin with {@code #} are passed over. What is wrong is said by line and column, and never shows a key.
 */
public final class PskFile {
    private static final int MAX_FILE_OCTETS = 64 << 20;
    private static final int MAX_IDENTITY_OCTETS = 128;
    private static final int MAX_KEY_OCTETS = 64;
    private static final String SEPARATOR = ": ";
    private static final String TEXT = "text:";
    private static final String LINE = "identity: key, the key in hexadecimal, or after text: as it is";

    private PskFile() {}

    /**
     * The keys in a file by identity.
     *
     * @throws InvalidConfigException when it cannot be read or anything is wrong with it
     */
    public static Map<String, byte[]> read(Path file) throws InvalidConfigException {
        ConfigSource source = new ConfigSource(file);
        try {
            return read(source, file);
        } catch (FileContent.UnusableException e) {
            source.problem(1, 1, "", e.wrong(), "a file of at most 64 MiB with a line for each identity");
            source.throwIfInvalid();
            throw new IllegalStateException(e); // there is a problem
        }
    }

    private static Map<String, byte[]> read(ConfigSource source, Path file)
            throws FileContent.UnusableException, InvalidConfigException {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        String text = decode(source, FileContent.read(file, MAX_FILE_OCTETS));
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                readLine(source, number, line, keys);
            }
        }
        if (keys.isEmpty()) {
            source.problem(1, 1, "", "holds no key", LINE);
        }
        source.throwIfInvalid();
        return keys;
    }

    private static String decode(ConfigSource source, byte[] content) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            source.problem(1, 1, "", "is not UTF-8", LINE);
            return "";
        }
    }

    private static void readLine(ConfigSource source, int number, String line, Map<String, byte[]> keys) {
        int separator =
                line.lastIndexOf(SEPARATOR + TEXT) >= 0 ? line.indexOf(SEPARATOR + TEXT) : line.lastIndexOf(SEPARATOR);
        if (separator <= 0) {
            source.problem(number, 1, "", "is not a key with its identity", LINE);
            return;
        }
        String identity = line.substring(0, separator);
        if (identity.getBytes(StandardCharsets.UTF_8).length > MAX_IDENTITY_OCTETS
                || !ScalarTypes.isPrintable(identity)) {
            source.problem(number, 1, "", "the identity cannot be used", "1 to 128 octets without control characters");
            return;
        }
        int column = separator + SEPARATOR.length() + 1;
        byte[] key = key(source, number, column, identity, line.substring(separator + SEPARATOR.length()));
        if (key != null && keys.putIfAbsent(identity, key) != null) {
            source.problem(number, 1, identity, "is there twice", "each identity once");
        }
    }

    private static byte @Nullable [] key(ConfigSource source, int number, int column, String identity, String text) {
        byte[] key;
        if (text.startsWith(TEXT)) {
            key = text.substring(TEXT.length()).getBytes(StandardCharsets.UTF_8);
        } else {
            try {
                key = HexFormat.of().parseHex(text.strip());
            } catch (IllegalArgumentException e) { // its message shows a part of the key
                source.problem(number, column, identity, "the key is not hexadecimal", LINE);
                return null;
            }
        }
        if (key.length == 0 || key.length > MAX_KEY_OCTETS) {
            source.problem(number, column, identity, "the key has " + key.length + " octets", "1 to 64 octets");
            return null;
        }
        return key;
    }

    /** The type of a value that names such a file. Its problems are reported with its own lines. */
    static ValueType<Path> file() {
        return value -> new Scalar<>("a file with a line for each identity: " + LINE, text -> {
                    try {
                        Path file = value.source().resolve(text);
                        ConfigSource source = new ConfigSource(file);
                        try {
                            Map<String, byte[]> ignored = read(source, file);
                        } catch (InvalidConfigException e) {
                            value.source().include(source);
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
}
