// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.AdminConfig;
import org.sngateway.gateway.config.GatewayConfig;

/**
 * The token that actions on the admin port need: what {@code admin.token-file} holds whenever it is asked for, else a random one of each
 * start, in a file that only the gateway's user can read. May be used from any thread.
 */
public final class AdminToken implements AutoCloseable {
    /** The file's name, in the directory that systemd makes for what lasts as long as the service, or in that of the store. */
    static final String FILE_NAME = "admin.token";

    private static final int RANDOM_OCTETS = 32;

    /** Where a packaged gateway has its files; those who look for its token are not started by systemd, and are not told. */
    private static final List<Path> OF_THE_PACKAGE =
            List.of(Path.of("/run/sn-gateway", FILE_NAME), Path.of("/var/lib/sn-gateway", FILE_NAME));

    private static final Logger log = LoggerFactory.getLogger(AdminToken.class);

    private final @Nullable Path configured;
    private final @Nullable Path written;
    private final byte @Nullable [] digest;
    private final String whyOff;

    private AdminToken(@Nullable Path configured, @Nullable Path written, byte @Nullable [] digest, String whyOff) {
        this.configured = configured;
        this.written = written;
        this.digest = digest;
        this.whyOff = whyOff;
    }

    /**
     * The token of a gateway that starts. When there is no place for one, there is none, and the log says why.
     *
     * @param environment the variables of the process
     */
    public static AdminToken start(GatewayConfig config, Map<String, String> environment) {
        Path file = config.admin().tokenFile();
        if (file != null) {
            return new AdminToken(file, null, null, "");
        }
        List<Path> places = places(config, environment);
        Optional<Path> place = places.stream()
                .filter(one -> one.getParent() != null && Files.isDirectory(one.getParent()))
                .findFirst();
        if (place.isEmpty()) {
            log.info("no actions on the admin port: set admin.token-file, or store.directory");
            return new AdminToken(null, null, null, "there is no token: set admin.token-file, or store.directory");
        }
        try {
            for (Path one : places) {
                Files.deleteIfExists(one); // of an earlier start that could not clean up
            }
            return write(place.get());
        } catch (IOException | UnsupportedOperationException failure) {
            String why = "the token cannot be written to " + place.get() + ": " + reason(failure);
            log.atWarn().addKeyValue("reason", why).log("no actions on the admin port");
            return new AdminToken(null, null, null, why);
        }
    }

    private static AdminToken write(Path file) throws IOException {
        byte[] random = new byte[RANDOM_OCTETS];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Path begun = Files.createTempFile(
                file.getParent(),
                FILE_NAME,
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(begun, token + "\n");
            Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(begun);
        }
        log.atInfo().addKeyValue("file", file).log("actions on the admin port need the token in this file");
        return new AdminToken(null, file, sha256(token), "");
    }

    /**
     * The token of the gateway that runs with this configuration, for a command that asks it for something.
     *
     * @param environment the variables of the process
     * @throws IOException when it cannot be read; the message says for a person where it was looked for
     */
    public static String find(GatewayConfig config, Map<String, String> environment) throws IOException {
        if (config.admin().tokenFile() != null) {
            return config.admin().readToken();
        }
        List<Path> places = new ArrayList<>(places(config, environment));
        places.addAll(OF_THE_PACKAGE);
        for (Path file : places) {
            try {
                return Files.readString(file).strip();
            } catch (NoSuchFileException e) {
                // It may be at the next place.
            } catch (IOException failure) {
                throw new IOException("the token in " + file + " cannot be read: " + reason(failure), failure);
            }
        }
        throw new IOException("no token of a running gateway; looked for "
                + String.join(
                        ", ", places.stream().distinct().map(Path::toString).toList()));
    }

    private static List<Path> places(GatewayConfig config, Map<String, String> environment) {
        List<Path> places = new ArrayList<>();
        String runtime = environment.getOrDefault("RUNTIME_DIRECTORY", "").split(":", 2)[0];
        if (!runtime.isEmpty()) {
            places.add(Path.of(runtime, FILE_NAME));
        }
        config.store().directory(environment).ifPresent(store -> places.add(store.resolve(FILE_NAME)));
        return places;
    }

    private static @Nullable String reason(Exception failure) {
        return failure instanceof AccessDeniedException ? "access denied" : failure.getMessage();
    }

    /** Why there is no token, for a person; empty when there is one. */
    String whyOff() {
        return whyOff;
    }

    /** Whether {@code presented} is the token. How long that takes says nothing of the token. */
    boolean matches(String presented) {
        byte[] expected = configured != null ? configuredDigest() : digest;
        return expected != null && MessageDigest.isEqual(expected, sha256(presented));
    }

    private byte @Nullable [] configuredDigest() {
        try {
            return sha256(new AdminConfig(null, configured).readToken());
        } catch (IOException failure) {
            log.atWarn().addKeyValue("reason", failure.getMessage()).log("the admin token cannot be read");
            return null;
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Removes the file that was written at the start. */
    @Override
    public void close() {
        if (written != null) {
            try {
                Files.deleteIfExists(written);
            } catch (IOException e) {
                log.atDebug().setCause(e).log("the admin token's file could not be removed");
            }
        }
    }
}
