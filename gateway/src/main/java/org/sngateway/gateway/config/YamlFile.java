// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * A file's YAML nodes. The file is UTF-8, of a limited size, one document of plain data: without aliases, merge keys and tags, and not nested
 * deeply, so that no file can make the reader expand, construct or recurse without bound.
 */
final class YamlFile {
    private static final int MAX_OCTETS = 1 << 20;
    private static final int MAX_DEPTH = 32;

    private final ConfigSource source;
    private final LoadSettings settings;

    private YamlFile(ConfigSource source, int maxOctets) {
        this.source = source;
        this.settings = LoadSettings.builder()
                .setUseMarks(true)
                .setSchema(new CoreSchema())
                .setCodePointLimit(maxOctets)
                .setAllowNonScalarKeys(true) // refused by their readers, with their place
                .setVersionFunction(version -> version)
                .build();
    }

    /** The root node; empty for an empty file, and when there is a problem. */
    static Optional<Node> parse(ConfigSource source, Path file) {
        return parse(source, file, MAX_OCTETS);
    }

    /** The same for a file of at most {@code maxOctets}, whole MiB. */
    static Optional<Node> parse(ConfigSource source, Path file, int maxOctets) {
        try {
            byte[] octets = FileContent.read(file, maxOctets);
            return new YamlFile(source, maxOctets).parse(octets);
        } catch (FileContent.UnusableException e) {
            String allowed = "a YAML file of at most " + (maxOctets >> 20) + " MiB";
            source.problem(1, 1, ConfigSource.WHOLE_FILE, e.wrong(), allowed);
            return Optional.empty();
        }
    }

    private Optional<Node> parse(byte[] octets) {
        String text = decode(octets);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return isPlainData(text) ? new Compose(settings).composeString(text) : Optional.empty();
        } catch (MarkedYamlEngineException e) {
            String context = e.getContext() == null ? "" : e.getContext() + ", ";
            Optional<Mark> place = e.getProblemMark().or(e::getContextMark);
            source.problem(place, ConfigSource.WHOLE_FILE, context + e.getProblem(), "valid YAML");
            return Optional.empty();
        }
    }

    private @Nullable String decode(byte[] octets) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer decoded = CharBuffer.allocate(octets.length);
        boolean broken = decoder.decode(ByteBuffer.wrap(octets), decoded, true).isError();
        String text = decoded.flip().toString();
        int bad = 0;
        while (bad < text.length() && StreamReader.isPrintable(text.codePointAt(bad))) {
            bad += Character.charCount(text.codePointAt(bad));
        }
        if (!broken && bad == text.length()) {
            return text;
        }
        String before = text.substring(0, bad);
        int lineStart = before.lastIndexOf('\n') + 1;
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = 1 + before.codePointCount(lineStart, bad);
        String wrong = bad == text.length() ? "is not UTF-8 from here on" : "a control character";
        source.problem(line, column, ConfigSource.WHOLE_FILE, wrong, "printable text in UTF-8");
        return null;
    }

    /** Whether nothing stands in the text that is more than lists, mappings and scalars; says what else there is. */
    private boolean isPlainData(String text) {
        int depth = 0;
        boolean plain = true;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionEndEvent) {
                depth--;
            } else if (event instanceof CollectionStartEvent start) {
                plain &= hasNoTag(event, start.getTag());
                if (++depth > MAX_DEPTH) {
                    problem(event, "nested too deeply", "at most " + MAX_DEPTH + " levels");
                    return false;
                }
            } else if (event instanceof ScalarEvent scalar) {
                plain &= hasNoTag(event, scalar.getTag());
                if (scalar.isPlain() && scalar.getValue().equals("<<")) {
                    problem(event, "merge key <<", "the keys themselves");
                    plain = false;
                }
            } else if (event instanceof AliasEvent alias) {
                problem(event, "alias *" + alias.getAlias(), "the value itself, in quotes if it begins with *");
                plain = false;
            }
        }
        return plain;
    }

    private boolean hasNoTag(Event event, Optional<String> tag) {
        tag.ifPresent(t -> problem(event, "tag " + t, "the value itself, in quotes if it begins with !"));
        return tag.isEmpty();
    }

    private void problem(Event event, String wrong, String allowed) {
        source.problem(event.getStartMark(), ConfigSource.WHOLE_FILE, wrong, allowed);
    }
}
