// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.List;
import org.sngateway.gateway.config.InvalidConfigException;

/** Reads the configuration file again. May be called from any thread but the loops. */
@FunctionalInterface
public interface Reloading {
    /**
     * Brings into effect what can change while the gateway runs.
     *
     * @return what came of it, for a person, at least one line
     * @throws InvalidConfigException when anything is wrong with the file; nothing has changed then
     */
    List<String> reload() throws InvalidConfigException;
}
