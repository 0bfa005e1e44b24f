// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;

/** What one device may do. Topics are without the prefix, as the device names them. */
public final class DeviceRules {
    /** Everything. */
    static final DeviceRules ALL = new DeviceRules(null, null, true);

    private final TopicFilter @Nullable [] publish;
    private final TopicFilter @Nullable [] subscribe;
    private final boolean will;

    /**
     * @param publish what it may publish to; null for everything
     * @param subscribe whose topics it may subscribe to; null for everything
     */
    DeviceRules(@Nullable List<TopicFilter> publish, @Nullable List<TopicFilter> subscribe, boolean will) {
        this.publish = publish == null ? null : publish.toArray(TopicFilter[]::new);
        this.subscribe = subscribe == null ? null : subscribe.toArray(TopicFilter[]::new);
        this.will = will;
    }

    /** Whether it may publish to a topic. */
    public boolean mayPublish(String topic) {
        TopicFilter[] filters = publish;
        if (filters == null) {
            return true;
        }
        for (TopicFilter filter : filters) {
            if (filter.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it may subscribe with a filter: one rule has to match every topic that the filter matches. */
    public boolean maySubscribe(TopicFilter asked) {
        TopicFilter[] filters = subscribe;
        if (filters == null) {
            return true;
        }
        for (TopicFilter filter : filters) {
            if (filter.covers(asked)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it may have a will on a topic. */
    public boolean mayHaveWill(String topic) {
        return will && mayPublish(topic);
    }
}
