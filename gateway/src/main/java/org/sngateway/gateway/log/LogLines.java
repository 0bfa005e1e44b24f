// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.Reporter;
import org.slf4j.simple.SimpleServiceProvider;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The gateway's log as lines of {@code LEVEL key=value ...}. Under systemd's journal each line begins with its priority (sd-daemon(3)) and
 * has no time, which the journal adds; else it begins with the time.
 *
 * <p>The environment variable {@code SN_LOG} is the level: error, warn, info, debug or trace. One on the command line, as a system property of
 * slf4j-simple, goes before it.
 */
public final class LogLines implements SLF4JServiceProvider {
    /** Which level is logged. */
    public static final String LEVEL_VARIABLE = "SN_LOG";

    /** Set by systemd when standard error is the journal. */
    private static final String JOURNAL_VARIABLE = "JOURNAL_STREAM";

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");
    private static final String SIMPLE = "org.slf4j.simpleLogger.";
    private static final String OURS = SIMPLE + "log.org.sngateway";

    private final SimpleServiceProvider simple = new SimpleServiceProvider();
    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();

    /** Made by SLF4J. */
    public LogLines() {}

    /**
     * Log lines look like this from now on. Before the first logger is made.
     *
     * @param environment the variables of the process
     * @return what is wrong with the level; empty when nothing is
     */
    public static Optional<String> install(Map<String, String> environment) {
        String level = environment.getOrDefault(LEVEL_VARIABLE, "").toLowerCase(Locale.ROOT);
        if (!level.isEmpty() && !LEVELS.contains(level)) {
            return Optional.of(LEVEL_VARIABLE + " is " + level + ", allowed is error, warn, info, debug or trace");
        }
        setUnlessSet(Reporter.SLF4J_INTERNAL_VERBOSITY_KEY, "WARN"); // else it says that it has found this class
        setUnlessSet(LoggerFactory.PROVIDER_PROPERTY_KEY, LogLines.class.getName());
        setUnlessSet(SIMPLE + "showDateTime", Boolean.toString(!isJournal(environment)));
        if (!level.isEmpty()) {
            setUnlessSet(OURS, level);
        }
        return Optional.empty();
    }

    /** Whether systemd takes what is written to standard error into its journal; a terminal may have inherited the variable. */
    public static boolean isJournal(Map<String, String> environment) {
        return !environment.getOrDefault(JOURNAL_VARIABLE, "").isEmpty() && !isDevice(STANDARD_ERROR);
    }

    private static boolean isDevice(Path file) {
        try {
            return Files.readSymbolicLink(file).startsWith("/dev");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static void setUnlessSet(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }

    @Override
    public void initialize() {
        simple.initialize();
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return name -> loggers.computeIfAbsent(
                name, unknown -> new LineLogger(simple.getLoggerFactory().getLogger(unknown)));
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return simple.getMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return simple.getMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return simple.getRequestedApiVersion();
    }
}
