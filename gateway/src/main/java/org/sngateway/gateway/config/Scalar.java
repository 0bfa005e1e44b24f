// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import org.jspecify.annotations.Nullable;

/**
 * A value that is one piece of text.
 *
 * @param allowed what is allowed, as it ends a problem's line
 * @param parser makes the value of its text
 */
record Scalar<T>(String allowed, Parser<T> parser) implements ValueType<T> {
    /** Makes a value of its text. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    /** The text is no value of this type. */
    static final class BadValueException extends Exception {
        private static final long serialVersionUID = 1;

        /** @param wrong what is wrong, as a person would say it of the value */
        BadValueException(String wrong) {
            super(wrong, null, false, false);
        }

        /** The text itself, in quotes, and then what is wrong with it: {@code "abc" is not a whole number}. */
        static BadValueException of(String text, String wrong) {
            return new BadValueException(Value.quoted(text) + " " + wrong);
        }

        String wrong() {
            return String.valueOf(getMessage());
        }
    }

    @Override
    public @Nullable T read(Value value) {
        String text = value.text(allowed);
        if (text == null) {
            return null;
        }
        try {
            return parser.parse(text);
        } catch (BadValueException e) {
            value.problem(e.wrong(), allowed);
            return null;
        }
    }

    /**
     * The value of a text that this program wrote itself.
     *
     * @throws IllegalArgumentException when it is none
     */
    T of(String text) {
        try {
            return parser.parse(text);
        } catch (BadValueException e) {
            throw new IllegalArgumentException(e.wrong() + "; " + allowed, e);
        }
    }
}
