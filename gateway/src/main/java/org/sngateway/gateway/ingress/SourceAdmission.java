// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.security.AdmissionRules;
import org.sngateway.gateway.security.NetworkRules;
import org.sngateway.gateway.security.Rate;
import org.sngateway.gateway.security.SourceBuckets;
import org.sngateway.transport.SourceGate;
import org.sngateway.transport.loop.OwnerLoop;

/** Which datagrams one shard looks at: those of networks that may send, within the rate of their source. Confined to its loop. */
final class SourceAdmission implements SourceGate {
    private final OwnerLoop loop;
    private final Refusals refusals;
    private NetworkRules networks;
    private @Nullable SourceBuckets sources;

    SourceAdmission(OwnerLoop loop, AdmissionRules rules, Refusals refusals) {
        this.loop = loop;
        this.refusals = refusals;
        this.networks = rules.networks();
        this.sources = buckets(rules.perSource());
    }

    /** Other rules are in effect. Where the rate stays, sources have no more tokens than before. */
    void use(AdmissionRules rules) {
        networks = rules.networks();
        Rate rate = rules.perSource();
        if (rate == null || sources == null || !rate.equals(sources.rate())) {
            sources = buckets(rate);
        }
    }

    private @Nullable SourceBuckets buckets(@Nullable Rate rate) {
        return rate == null ? null : new SourceBuckets(rate, loop.nanoTime());
    }

    @Override
    public boolean admits(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        if (!networks.admits(address)) {
            refuse(Refusal.NETWORK, source);
            return false;
        }
        SourceBuckets buckets = sources;
        if (buckets != null && !buckets.take(address, loop.nanoTime())) {
            refuse(Refusal.SOURCE_RATE, source);
            return false;
        }
        return true;
    }

    private void refuse(Refusal reason, InetSocketAddress source) {
        refusals.add(reason, null, source, null);
    }
}
