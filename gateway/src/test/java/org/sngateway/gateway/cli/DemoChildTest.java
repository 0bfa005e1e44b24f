// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoChildTest {
    @TempDir
    private Path home;

    private Path jar(String name, long modified) throws IOException {
        Path target = Files.createDirectories(home.resolve("simulator/target"));
        Path jar = Files.createFile(target.resolve(name));
        return Files.setLastModifiedTime(jar, FileTime.fromMillis(modified));
    }

    @Test
    void shouldTakeTheNewestJarOfACheckout() throws IOException {
        jar("simulator-0.1.0.jar", 1000);
        Path newest = jar("simulator-0.2.0-SNAPSHOT.jar", 2000);
        jar("simulator-0.2.0-SNAPSHOT-sources.jar", 3000);
        jar("simulator-0.2.0-SNAPSHOT-tests.jar", 3000);
        jar("simulator.txt", 3000);

        assertThat(DemoChild.classPath(home, "simulator"))
                .isEqualTo(newest + ":" + home.resolve("simulator/target/lib") + "/*");
    }

    @Test
    void shouldTakeLibOfAnInstallation() throws IOException {
        Path lib = Files.createDirectories(home.resolve("lib/simulator"));

        assertThat(DemoChild.classPath(home, "simulator")).isEqualTo(lib + "/*");
    }

    @Test
    void shouldSayWhereItLooked() {
        assertThatThrownBy(() -> DemoChild.classPath(home, "simulator"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("simulator is not there")
                .hasMessageContaining(home.resolve("lib/simulator").toString());
    }
}
