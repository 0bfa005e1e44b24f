// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the file as the caller named it
 * @param line from 1
 * @param column from 1, in characters
 * @param key the full dotted key, such as {@code listeners[1].bind}; {@code (file)} when the problem is no single key's
 * @param wrong what is wrong
 * @param allowed what is allowed instead
 */
public record ConfigProblem(String file, int line, int column, String key, String wrong, String allowed) {
    /** {@code FILE:LINE:COLUMN: KEY: what is wrong; what is allowed}, on one line. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + key + ": " + wrong + "; " + allowed;
    }
}
