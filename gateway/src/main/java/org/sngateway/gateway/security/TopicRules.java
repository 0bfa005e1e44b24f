// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ClientEntry;
import org.sngateway.gateway.config.ClientIdPattern;
import org.sngateway.gateway.config.ClientsFile;
import org.sngateway.gateway.config.TopicRule;

/** All rules for publishing, or all for subscribing. */
final class TopicRules {
    private static final String CLIENT_ID = "%c";
    private static final String EVERY_DEVICE = "*";

    /** A filter as it stands in the configuration. {@code fixed} is null when the client id stands in it. */
    private record Template(String text, @Nullable TopicFilter fixed) {
        static Template of(String text) {
            return new Template(text, text.contains(CLIENT_ID) ? null : new TopicFilter(text));
        }
    }

    private record Rule(String devices, List<Template> topics) {}

    private final boolean none;
    private final List<Rule> rules;
    private final Function<ClientEntry, @Nullable List<String>> own;

    /**
     * @param configured the rules of the configuration
     * @param clients null for none
     * @param own what an entry of theirs says; null when it says nothing
     */
    TopicRules(
            List<TopicRule> configured,
            @Nullable ClientsFile clients,
            Function<ClientEntry, @Nullable List<String>> own) {
        this.none = configured.isEmpty() && (clients == null || !sayAnything(clients, own));
        this.rules = configured.stream()
                .map(rule -> new Rule(
                        rule.device(), rule.topics().stream().map(Template::of).toList()))
                .toList();
        this.own = own;
    }

    private static boolean sayAnything(ClientsFile clients, Function<ClientEntry, @Nullable List<String>> own) {
        return clients.byClientId().values().stream().anyMatch(entry -> own.apply(entry) != null)
                || clients.byPattern().stream().anyMatch(pattern -> own.apply(pattern.entry()) != null);
    }

    /** Whether there are no rules, so that everybody may do everything. */
    boolean none() {
        return none;
    }

    /**
     * The filters of one device; null when it may do everything.
     *
     * @param entry the device's in the clients file; null when there is none
     */
    @Nullable
    List<TopicFilter> forDevice(String clientId, @Nullable ClientEntry entry) {
        if (none) {
            return null;
        }
        List<TopicFilter> filters = new ArrayList<>();
        for (Rule rule : rules) {
            if (ClientIdPattern.matches(rule.devices, clientId)) {
                rule.topics.forEach(topic -> add(topic, clientId, filters));
            }
        }
        List<String> ofEntry = entry == null ? null : own.apply(entry);
        if (ofEntry != null) {
            ofEntry.forEach(text -> add(Template.of(text), clientId, filters));
        }
        return filters;
    }

    /** A client id must not open topics that the rule was not meant for: it has to be one level, or part of one. */
    private static void add(Template topic, String clientId, List<TopicFilter> to) {
        if (topic.fixed != null) {
            to.add(topic.fixed);
            return;
        }
        boolean oneLevel = clientId.indexOf('/') < 0 && clientId.indexOf('+') < 0 && clientId.indexOf('#') < 0;
        boolean reserved = clientId.startsWith("$") && topic.text.startsWith(CLIENT_ID);
        String text = topic.text.replace(CLIENT_ID, clientId);
        if (oneLevel && !reserved && TopicFilter.isValid(text)) {
            to.add(new TopicFilter(text));
        }
    }

    /** What whoever is not known by a client id may do: what every device may. Null for everything. */
    @Nullable
    List<TopicFilter> forAnybody() {
        if (none) {
            return null;
        }
        List<TopicFilter> filters = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.devices.equals(EVERY_DEVICE)) {
                rule.topics.stream().map(Template::fixed).forEach(fixed -> {
                    if (fixed != null) {
                        filters.add(fixed);
                    }
                });
            }
        }
        return filters;
    }
}
