package io.crij.oci.seccomp;

import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Rule;
import java.util.List;

/// What a profile says about one call, worked out from its rules directly.
final class ReferenceFilter {
    private ReferenceFilter() {}

    static int decide(Seccomp profile, Machine machine, String name, long... arguments) {
        if (machine != Machine.X86_64 && !profile.architectures().contains(machine.arch())) {
            return 0x80000000;
        }
        for (Rule rule : profile.syscalls()) {
            if (rule.names().contains(name) && matches(rule.args(), machine, arguments)) {
                return verdict(rule.action(), rule.errnoRet());
            }
        }
        boolean newer = profile.syscalls().stream()
                .flatMap(rule -> rule.names().stream())
                .flatMap(named -> machine.number(named).stream())
                .max(Integer::compareUnsigned)
                .filter(highest -> machine.number(name).orElseThrow() > highest)
                .isPresent();
        return profile.defaultAction() == Action.SCMP_ACT_ERRNO && newer
                ? 0x00050000 | 38
                : verdict(profile.defaultAction(), profile.defaultErrnoRet());
    }

    private static boolean matches(List<Arg> args, Machine machine, long... arguments) {
        boolean either = args.stream().map(Arg::index).distinct().count() < args.size();
        return either
                ? args.stream().anyMatch(arg -> matches(arg, machine, arguments[arg.index()]))
                : args.stream().allMatch(arg -> matches(arg, machine, arguments[arg.index()]));
    }

    private static boolean matches(Arg arg, Machine machine, long argument) {
        boolean wide = machine == Machine.X86_64;
        long given = wide ? argument : argument & 0xffffffffL;
        long value = wide ? arg.value() : arg.value() & 0xffffffffL;
        long second = wide ? arg.valueTwo() : arg.valueTwo() & 0xffffffffL;
        int order = Long.compareUnsigned(given, value);
        return switch (arg.op()) {
            case SCMP_CMP_NE -> order != 0;
            case SCMP_CMP_LT -> order < 0;
            case SCMP_CMP_LE -> order <= 0;
            case SCMP_CMP_EQ -> order == 0;
            case SCMP_CMP_GE -> order >= 0;
            case SCMP_CMP_GT -> order > 0;
            case SCMP_CMP_MASKED_EQ -> (given & value) == second;
        };
    }

    private static int verdict(Action action, Integer errno) {
        return switch (action) {
            case SCMP_ACT_ALLOW -> 0x7fff0000;
            case SCMP_ACT_LOG -> 0x7ffc0000;
            case SCMP_ACT_KILL_PROCESS -> 0x80000000;
            case SCMP_ACT_ERRNO -> 0x00050000 | (errno == null ? 1 : errno);
            case SCMP_ACT_KILL, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_TRACE, SCMP_ACT_NOTIFY ->
                throw new IllegalArgumentException(action.name());
        };
    }
}
