// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. Its message has one line for each problem. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<ConfigProblem> problems;

    InvalidConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All problems, at least one, in the order of the file. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
