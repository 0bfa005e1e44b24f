// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

/** What is served at one path and depends on what is asked for. Called on any of the server's threads, several at once. */
@FunctionalInterface
interface Resource {
    Answer answer(Request request);
}
