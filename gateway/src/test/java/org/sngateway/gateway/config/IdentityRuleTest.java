// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityRuleTest {
    @Test
    void shouldLetAnyClientIdPassUnlessItIsBound() {
        assertThat(IdentityRule.ANY.allows(null, "pump-7")).isTrue();
        assertThat(IdentityRule.ANY.allows("pump-8", "pump-7")).isTrue();
    }

    @Test
    void shouldBindToTheIdentityItself() {
        assertThat(IdentityRule.SAME.allows("pump-7", "pump-7")).isTrue();
        assertThat(IdentityRule.SAME.allows("pump-7", "pump-70")).isFalse();
        assertThat(IdentityRule.SAME.allows("pump-7", "pump-8")).isFalse();
        assertThat(IdentityRule.SAME.allows(null, "pump-7")).isFalse();
    }

    @Test
    void shouldTakeTheIdentityInAPatternForItself() {
        IdentityRule rule = new IdentityRule(null, List.of("%i-*", "also-?"));

        assertThat(rule.allows("gw", "gw-1")).isTrue();
        assertThat(rule.allows("gw", "gwx1")).isFalse();
        assertThat(rule.allows("gw", "other-1")).isFalse();
        assertThat(rule.allows("gw", "also-7")).isTrue();
        assertThat(rule.allows("*", "*-1")).isTrue();
        assertThat(rule.allows("*", "gw-1")).isFalse();
        assertThat(rule.allows("?", "a-1")).isFalse();
        assertThat(new IdentityRule(null, List.of("*%i")).allows("aa", "xaaa")).isTrue();
        assertThat(new IdentityRule(null, List.of("%i/%i")).allows("a", "a/a")).isTrue();
        assertThat(new IdentityRule(null, List.of("%i/%i")).allows("a", "a/b")).isFalse();
    }

    @Test
    void shouldLetNoOtherIdentityPassThanTheMappingNames() {
        IdentityRule rule = new IdentityRule(Map.of("gw-7", List.of("pump-*", "meter-7")), List.of());

        assertThat(rule.allows("gw-7", "pump-1")).isTrue();
        assertThat(rule.allows("gw-7", "meter-7")).isTrue();
        assertThat(rule.allows("gw-7", "meter-8")).isFalse();
        assertThat(rule.allows("gw-8", "pump-1")).isFalse();
        assertThat(rule.allows(null, "pump-1")).isFalse();
    }
}
