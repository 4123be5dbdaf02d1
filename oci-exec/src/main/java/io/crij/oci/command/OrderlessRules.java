package io.crij.oci.command;

import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Op;
import io.crij.oci.spec.Seccomp.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A filter of system calls for runtimes that use libseccomp. Of the rules for one call the first that holds
/// counts, as the profile's author means it; libseccomp knows no order, and a rule without conditions takes the
/// place of all others for its call. Such a rule behind one with conditions is put into conditions here, or left to
/// the default action.
public final class OrderlessRules {
    private OrderlessRules() {}

    public static Seccomp of(Seccomp filter) {
        Map<String, Rule> conditional = new HashMap<>();
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : filter.syscalls()) {
            if (!rule.args().isEmpty()) {
                rule.names().forEach(name -> conditional.putIfAbsent(name, rule));
                rules.add(rule);
                continue;
            }
            List<String> free = rule.names().stream()
                    .filter(name -> !conditional.containsKey(name))
                    .toList();
            if (!free.isEmpty()) {
                rules.add(new Rule(free, rule.action(), rule.errnoRet(), List.of()));
            }
            for (String name : rule.names()) {
                Rule before = conditional.get(name);
                if (before != null) {
                    rules.addAll(otherwise(name, before, rule));
                }
            }
        }
        return new Seccomp(
                filter.defaultAction(),
                filter.defaultErrnoRet(),
                filter.architectures(),
                filter.flags(),
                filter.listenerPath(),
                filter.listenerMetadata(),
                rules);
    }

    /// What remains when "none of these bits is set" does not hold: one rule for each bit.
    private static List<Rule> otherwise(String name, Rule before, Rule rule) {
        List<Rule> rules = new ArrayList<>();
        if (before.args().size() == 1 && isNoneOf(before.args().getFirst())) {
            Arg none = before.args().getFirst();
            for (long left = none.value(); left != 0; left &= left - 1) {
                long bit = Long.lowestOneBit(left);
                var arg = new Arg(none.index(), bit, bit, Op.SCMP_CMP_MASKED_EQ);
                rules.add(new Rule(List.of(name), rule.action(), rule.errnoRet(), List.of(arg)));
            }
        }
        return rules;
    }

    private static boolean isNoneOf(Arg arg) {
        return arg.op() == Op.SCMP_CMP_MASKED_EQ && arg.valueTwo() == 0;
    }
}
