package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.seccomp.DefaultProfile;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrderlessRulesTest {
    private final Seccomp filter = OrderlessRules.of(new DefaultProfile().forCapabilities(Set.of()));

    private List<Rule> of(String call) {
        return filter.syscalls().stream()
                .filter(rule -> rule.names().contains(call))
                .toList();
    }

    @Test
    void noCallHasRulesWithConditionsAndOneWithout() {
        Set<String> with = new HashSet<>();
        Set<String> without = new HashSet<>();
        for (Rule rule : filter.syscalls()) {
            (rule.args().isEmpty() ? without : with).addAll(rule.names());
        }
        with.retainAll(without);
        assertEquals(Set.of(), with);
    }

    @Test
    void aNewNamespaceIsStillRefusedWithItsOwnError() {
        var clone = of("clone");
        assertEquals(
                1,
                clone.stream()
                        .filter(rule -> rule.action() == Action.SCMP_ACT_ALLOW)
                        .count());
        var refused = clone.stream()
                .filter(rule -> rule.action() == Action.SCMP_ACT_ERRNO)
                .toList();
        assertEquals(7, refused.size());
        assertTrue(refused.stream().allMatch(rule -> Integer.valueOf(1).equals(rule.errnoRet())));
        assertEquals(1, of("unshare").size());
        assertTrue(of("unshare").getFirst().args().isEmpty());
    }
}
