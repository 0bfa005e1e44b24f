// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of this machine. */
final class Executables {
    private Executables() {}

    /** The first {@code name} on the path. */
    static Optional<Path> find(String name) {
        String path = System.getenv("PATH");
        return Stream.of((path == null ? "" : path).split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A program of the JDK that runs this. */
    static String ofJdk(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** The root of the checkout, as the build passes it to tests. */
    static Optional<Path> checkout() {
        return Optional.ofNullable(System.getProperty("sn.home")).map(Path::of);
    }
}
