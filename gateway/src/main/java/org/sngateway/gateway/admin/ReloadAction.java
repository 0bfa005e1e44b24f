// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.ConfigProblem;
import org.sngateway.gateway.config.InvalidConfigException;

/** {@code POST /api/reload}: the configuration file is read again. The answer is text for a person, one line for each thing to say. */
final class ReloadAction implements Resource {
    private volatile @Nullable Reloading reloading;

    void use(Reloading other) {
        reloading = other;
    }

    @Override
    public Answer answer(Request request) {
        Reloading now = reloading;
        if (now == null) {
            return Answer.text(503, "this gateway was not started from a file");
        }
        try {
            return Answer.text(200, String.join("\n", now.reload()));
        } catch (InvalidConfigException failure) {
            StringBuilder problems = new StringBuilder("nothing has changed, the configuration cannot be used:");
            for (ConfigProblem problem : failure.problems()) {
                problems.append('\n').append(problem);
            }
            return Answer.text(422, problems.toString());
        }
    }
}
