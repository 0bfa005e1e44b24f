// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is served where. A path is served as it is written here, octet for octet; <code>{id}</code> in it stands for one segment of any
 * text in percent-encoding. Not to be changed once the server is started.
 */
final class Routes {
    private static final String ID = "{id}";

    /**
     * One path.
     *
     * @param path as it was given, for logs and documentation
     * @param isAction whether it is for POST with the token; else for GET and HEAD
     * @param parameters which the query may have; null when the query makes no difference
     */
    record Route(String path, boolean isAction, @Nullable Set<String> parameters, Resource resource) {
        /** What stands at the place of the id, in percent-encoding; null when this is another path, empty when there is no id. */
        private @Nullable String rawId(String rawPath) {
            int at = path.indexOf(ID);
            if (at < 0) {
                return rawPath.equals(path) ? "" : null;
            }
            String after = path.substring(at + ID.length());
            int end = rawPath.length() - after.length();
            boolean fits = end > at && rawPath.startsWith(path.substring(0, at)) && rawPath.endsWith(after);
            String id = fits ? rawPath.substring(at, end) : "/";
            return id.indexOf('/') < 0 ? id : null;
        }
    }

    /**
     * A path that is served.
     *
     * @param rawId in percent-encoding; empty where the route has none
     */
    record Match(Route route, String rawId) {}

    private final Map<String, Route> exact = new HashMap<>();
    private final List<Route> withId = new ArrayList<>();

    /** The same for everyone who asks. */
    Routes page(String path, Page page) {
        return add(new Route(path, false, null, request -> page.answer()));
    }

    /** What depends on the id in the path, or on the query. */
    Routes resource(String path, Set<String> parameters, Resource resource) {
        return add(new Route(path, false, Set.copyOf(parameters), resource));
    }

    /** What changes something: for POST with the token. */
    Routes action(String path, Resource action) {
        return add(new Route(path, true, Set.of(), action));
    }

    private Routes add(Route route) {
        if (find(route.path) != null) {
            throw new IllegalArgumentException("path is " + route.path + ", which is served already");
        }
        if (route.path.contains(ID)) {
            withId.add(route);
        } else {
            exact.put(route.path, route);
        }
        return this;
    }

    /** Null when nothing is served at this path. */
    @Nullable
    Match find(String rawPath) {
        Route plain = exact.get(rawPath);
        if (plain != null) {
            return new Match(plain, "");
        }
        for (Route route : withId) {
            String id = route.rawId(rawPath);
            if (id != null) {
                return new Match(route, id);
            }
        }
        return null;
    }

    /** All routes, in no order. */
    List<Route> all() {
        List<Route> all = new ArrayList<>(exact.values());
        all.addAll(withId);
        return all;
    }
}
