// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.io.IOException;
import java.io.InputStream;

/** A file of the status page, from the jar. */
final class StaticPage implements Page {
    private final Answer answer;

    /** @param name of a resource beside this class, which is there */
    StaticPage(String name, String contentType) {
        try (InputStream in = StaticPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            answer = new Answer(200, contentType, in.readAllBytes());
        } catch (IOException failure) {
            throw new IllegalStateException("resource " + name + " cannot be read", failure);
        }
    }

    @Override
    public Answer answer() {
        return answer;
    }
}
