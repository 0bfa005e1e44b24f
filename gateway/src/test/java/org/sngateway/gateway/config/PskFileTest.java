// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PskFileTest {
    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("psk.txt"), text);
    }

    private void refuses(String text, String problem) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> PskFile.read(file))
                .isInstanceOf(InvalidConfigException.class)
                .message()
                .startsWith(file + ":")
                .contains(problem)
                .doesNotContain("5ec7e7");
    }

    @Test
    void shouldReadKeysInHexadecimalAndAsText() throws Exception {
        Map<String, byte[]> keys = PskFile.read(file("""
                # the pumps
                pump-7: 00fF10

                pump: 8: 0a
                Grüße: text:ein: Schlüssel\s
                """));

        assertThat(keys).hasSize(3);
        assertThat(keys.get("pump-7")).containsExactly(0, 0xFF, 0x10);
        assertThat(keys.get("pump: 8")).containsExactly(0x0A);
        assertThat(keys.get("Grüße")).isEqualTo("ein: Schlüssel ".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldNameLineAndColumnAndNeverShowAKey() throws Exception {
        refuses("a: 00\npump-7: 5ec7e7x\n", "psk.txt:2:9: pump-7: the key is not hexadecimal");
        refuses("pump-7: 5ec7e70\n", "psk.txt:1:9: pump-7: the key is not hexadecimal");
        refuses("pump-7: text:\n", "psk.txt:1:9: pump-7: the key has 0 octets");
        refuses("pump-7: " + "5ec7e700".repeat(17), "psk.txt:1:9: pump-7: the key has 68 octets");
        refuses("a: 00\n\npump-7 5ec7e7\n", "psk.txt:3:1: (file): is not a key with its identity");
        refuses(": 5ec7e7\n", "psk.txt:1:1: (file): is not a key with its identity");
        refuses("pump-7: 00\npump-7: 5ec7e7\n", "psk.txt:2:1: pump-7: is there twice");
        refuses("a".repeat(129) + ": 5ec7e7\n", "psk.txt:1:1: (file): the identity cannot be used");
        refuses("# nothing\n", "holds no key");
    }

    @Test
    void shouldSayWhyTheFileCannotBeRead() {
        assertThatThrownBy(() -> PskFile.read(directory.resolve("none")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> PskFile.read(directory)).hasMessageContaining("is a directory");
    }
}
