// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.log;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggingEventAware;

/** Makes one line of each event and hands it to a logger that knows levels and where to write. */
final class LineLogger extends LegacyAbstractLogger implements LoggingEventAware {
    private static final long serialVersionUID = 1;

    private final transient Logger target;

    LineLogger(Logger target) {
        this.target = target;
        this.name = target.getName();
    }

    /** With its key-value pairs, which a logger is given only this way. */
    @Override
    public void log(LoggingEvent event) {
        log(
                event.getLevel(),
                event.getMessage(),
                event.getArgumentArray(),
                event.getKeyValuePairs(),
                event.getThrowable());
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String message,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable cause) {
        log(level, message, arguments, null, cause);
    }

    private void log(
            Level level,
            @Nullable String message,
            @Nullable Object @Nullable [] arguments,
            @Nullable List<KeyValuePair> pairs,
            @Nullable Throwable cause) {
        String text = arguments == null ? message : MessageFormatter.basicArrayFormat(message, arguments);
        write(level, LineText.of(String.valueOf(text), pairs, cause, name));
    }

    private void write(Level level, String line) {
        switch (level) {
            case ERROR -> target.error(line);
            case WARN -> target.warn(line);
            case INFO -> target.info(line);
            case DEBUG -> target.debug(line);
            case TRACE -> target.trace(line);
        }
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return target.isTraceEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return target.isDebugEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return target.isInfoEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
        return target.isWarnEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
        return target.isErrorEnabled();
    }
}
