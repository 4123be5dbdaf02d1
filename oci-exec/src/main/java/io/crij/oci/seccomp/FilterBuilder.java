package io.crij.oci.seccomp;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Compiles one profile. The program looks at the architecture, then finds the system call's number by halving: numbers
/// side by side with the same fate are one interval, so the common profile needs about seven comparisons.
final class FilterBuilder {
    // struct seccomp_data
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;

    private static final int FLAG_LOG = 2;
    private static final int FLAG_SPEC_ALLOW = 4;
    private static final int FLAG_WAIT_KILLABLE_RECV = 32;

    private final Machine host;
    private final Seccomp seccomp;
    private final int defaultVerdict;
    private final Assembler assembler = new Assembler();

    FilterBuilder(Machine host, Seccomp seccomp) throws InvalidSpec {
        this.host = host;
        this.seccomp = seccomp;
        this.defaultVerdict =
                Verdict.of(seccomp.defaultAction(), seccomp.defaultErrnoRet(), "linux.seccomp.defaultErrnoRet");
    }

    SeccompFilter build() throws InvalidSpec {
        boolean notifies = checkNotify();
        int other = assembler.returns(Verdict.KILL_PROCESS);
        int next = other;
        for (Machine machine : machines().reversed()) {
            if (machine != Machine.X32) {
                next = architecture(machine, next, other);
            }
        }
        assembler.load(ARCHITECTURE, next);
        if (assembler.size() > Assembler.LONGEST) {
            throw new InvalidSpec(
                    "linux.seccomp.syscalls",
                    seccomp.syscalls().size() + " rules",
                    "become " + assembler.size() + " instructions, more than the kernel takes (" + Assembler.LONGEST
                            + "); use fewer argument filters");
        }
        String metadata = seccomp.listenerMetadata() == null ? "" : seccomp.listenerMetadata();
        Optional<String> listener = notifies ? Optional.ofNullable(seccomp.listenerPath()) : Optional.empty();
        return new SeccompFilter(assembler.program(), flags(notifies), listener, metadata);
    }

    private List<Machine> machines() {
        var machines = new ArrayList<Machine>();
        machines.add(host);
        host.compatible().stream()
                .filter(machine -> seccomp.architectures().contains(machine.arch()))
                .forEach(machines::add);
        return machines;
    }

    /// @param next where to go when it is another architecture
    private int architecture(Machine machine, int next, int unknown) throws InvalidSpec {
        int calls = tree(machine, 0);
        if (machine == Machine.X86_64) {
            // x32 has the same architecture: its numbers begin at bit 30
            int x32 = machines().contains(Machine.X32) ? tree(Machine.X32, Machine.X32_BIT) : unknown;
            calls = assembler.ifGreaterOrEqual(Machine.X32_BIT, x32, calls);
        }
        calls = assembler.load(NUMBER, calls);
        return assembler.ifEqual(machine.audit(), calls, next);
    }

    /// The fate of one number: a verdict, or rules about arguments to be tried in order and then a verdict.
    private record Fate(List<ArgumentRule> rules, int verdict) {}

    private record Interval(int from, Fate fate) {}

    private int tree(Machine machine, int lowest) throws InvalidSpec {
        List<Interval> intervals = intervals(fates(machine), lowest);
        return tree(machine, intervals);
    }

    private int tree(Machine machine, List<Interval> intervals) {
        if (intervals.size() == 1) {
            return block(machine, intervals.getFirst().fate());
        }
        int middle = intervals.size() / 2;
        int above = tree(machine, intervals.subList(middle, intervals.size()));
        int below = tree(machine, intervals.subList(0, middle));
        return assembler.ifGreaterOrEqual(intervals.get(middle).from(), above, below);
    }

    private int block(Machine machine, Fate fate) {
        int next = assembler.returns(fate.verdict());
        for (ArgumentRule rule : fate.rules().reversed()) {
            next = rule.assemble(assembler, machine, next);
        }
        return next;
    }

    private List<Interval> intervals(TreeMap<Integer, Fate> fates, int lowest) {
        var unnamed = new Fate(List.of(), defaultVerdict);
        var intervals = new ArrayList<Interval>();
        add(intervals, lowest, unnamed);
        for (var entry : fates.entrySet()) {
            add(intervals, entry.getKey(), entry.getValue());
            add(intervals, entry.getKey() + 1, unnamed);
        }
        boolean newerCallsAreUnknown = Verdict.isErrno(defaultVerdict) && !fates.isEmpty();
        if (newerCallsAreUnknown) {
            add(intervals, fates.lastKey() + 1, new Fate(List.of(), Verdict.ENOSYS));
        }
        return intervals;
    }

    /// Continues the interval before when the fate is the same.
    private static void add(List<Interval> intervals, int from, Fate fate) {
        if (!intervals.isEmpty() && intervals.getLast().from() == from) {
            intervals.removeLast();
        }
        if (intervals.isEmpty() || !intervals.getLast().fate().equals(fate)) {
            intervals.add(new Interval(from, fate));
        }
    }

    /// By number, in ascending order.
    private TreeMap<Integer, Fate> fates(Machine machine) throws InvalidSpec {
        var fates = new TreeMap<Integer, Fate>();
        var decided = new HashSet<Integer>();
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            Rule rule = seccomp.syscalls().get(i);
            String path = "linux.seccomp.syscalls[" + i + "]";
            int verdict = Verdict.of(rule.action(), rule.errnoRet(), path + ".errnoRet");
            List<ArgumentRule> alternatives = ArgumentRule.of(rule.args(), verdict, path);
            for (String name : rule.names()) {
                Optional<Integer> number = machine.number(name);
                if (number.isEmpty() || decided.contains(number.get())) {
                    continue;
                }
                Fate before = fates.getOrDefault(number.get(), new Fate(List.of(), defaultVerdict));
                if (alternatives.isEmpty()) {
                    fates.put(number.get(), new Fate(before.rules(), verdict));
                    decided.add(number.get());
                } else {
                    var rules = new ArrayList<>(before.rules());
                    rules.addAll(alternatives);
                    fates.put(number.get(), new Fate(rules, defaultVerdict));
                }
            }
        }
        return fates;
    }

    private boolean checkNotify() throws InvalidSpec {
        if (seccomp.defaultAction() == Action.SCMP_ACT_NOTIFY) {
            throw new InvalidSpec(
                    "linux.seccomp.defaultAction",
                    "SCMP_ACT_NOTIFY",
                    "would stop the container's own set-up; name the system calls to be asked about");
        }
        boolean notifies = false;
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            Rule rule = seccomp.syscalls().get(i);
            if (rule.action() == Action.SCMP_ACT_NOTIFY) {
                notifies = true;
                if (rule.names().contains("write")) {
                    throw new InvalidSpec(
                            "linux.seccomp.syscalls[" + i + "].names",
                            "write",
                            "cannot be SCMP_ACT_NOTIFY: the runtime itself writes while the filter is active");
                }
            }
        }
        String path = seccomp.listenerPath();
        if (notifies && (path == null || path.isEmpty())) {
            throw new InvalidSpec("linux.seccomp.listenerPath", "absent", "is needed for SCMP_ACT_NOTIFY");
        }
        return notifies;
    }

    private int flags(boolean notifies) {
        int flags = notifies ? SeccompFilter.NEW_LISTENER : 0;
        for (Seccomp.Flag flag : seccomp.flags()) {
            flags |= switch (flag) {
                case SECCOMP_FILTER_FLAG_TSYNC -> 0;
                case SECCOMP_FILTER_FLAG_LOG -> FLAG_LOG;
                case SECCOMP_FILTER_FLAG_SPEC_ALLOW -> FLAG_SPEC_ALLOW;
                // without a listener there is nobody to wait for, and the kernel says EINVAL
                case SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV -> notifies ? FLAG_WAIT_KILLABLE_RECV : 0;
            };
        }
        return flags;
    }

    /// Comparisons that must all hold, and the verdict then.
    record ArgumentRule(List<Arg> args, int verdict) {
        private static final int ARGUMENTS = 16;
        private static final int MOST_ARGUMENTS = 6;
        private static final boolean LITTLE = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;

        /// All comparisons must hold; but where one argument is named twice, any of them is enough, as runc has it.
        /// Empty when there is no comparison.
        static List<ArgumentRule> of(List<Arg> args, int verdict, String path) throws InvalidSpec {
            for (int i = 0; i < args.size(); i++) {
                int index = args.get(i).index();
                if (index < 0 || index >= MOST_ARGUMENTS) {
                    throw new InvalidSpec(path + ".args[" + i + "].index", Integer.toString(index), "must be 0 to 5");
                }
            }
            if (args.isEmpty()) {
                return List.of();
            }
            boolean oneTwice = args.stream().map(Arg::index).distinct().count() < args.size();
            return oneTwice
                    ? args.stream()
                            .map(arg -> new ArgumentRule(List.of(arg), verdict))
                            .toList()
                    : List.of(new ArgumentRule(args, verdict));
        }

        int assemble(Assembler assembler, Machine machine, int otherwise) {
            int next = assembler.returns(verdict);
            for (Arg arg : args.reversed()) {
                next = compare(assembler, machine, arg, next, otherwise);
            }
            return next;
        }

        /// The kernel's registers hold 32 bits here, an argument 64: the high word decides unless it is equal.
        private static int compare(Assembler a, Machine machine, Arg arg, int yes, int no) {
            int high = (int) (arg.value() >>> 32);
            int low = (int) arg.value();
            int highAt = ARGUMENTS + 8 * arg.index() + (LITTLE ? 4 : 0);
            int lowAt = ARGUMENTS + 8 * arg.index() + (LITTLE ? 0 : 4);
            boolean wide = machine.wide();
            return switch (arg.op()) {
                case SCMP_CMP_EQ -> equal(a, wide, highAt, lowAt, high, low, yes, no);
                case SCMP_CMP_NE -> equal(a, wide, highAt, lowAt, high, low, no, yes);
                case SCMP_CMP_GT -> greater(a, wide, highAt, lowAt, high, low, yes, no, false);
                case SCMP_CMP_GE -> greater(a, wide, highAt, lowAt, high, low, yes, no, true);
                case SCMP_CMP_LE -> greater(a, wide, highAt, lowAt, high, low, no, yes, false);
                case SCMP_CMP_LT -> greater(a, wide, highAt, lowAt, high, low, no, yes, true);
                case SCMP_CMP_MASKED_EQ -> masked(a, wide, highAt, lowAt, arg, yes, no);
            };
        }

        private static int equal(Assembler a, boolean wide, int highAt, int lowAt, int high, int low, int yes, int no) {
            int next = a.load(lowAt, a.ifEqual(low, yes, no));
            return wide ? a.load(highAt, a.ifEqual(high, next, no)) : next;
        }

        private static int greater(
                Assembler a, boolean wide, int highAt, int lowAt, int high, int low, int yes, int no, boolean orEqual) {
            int next = a.load(lowAt, orEqual ? a.ifGreaterOrEqual(low, yes, no) : a.ifGreater(low, yes, no));
            return wide ? a.load(highAt, a.ifGreater(high, yes, a.ifEqual(high, next, no))) : next;
        }

        private static int masked(Assembler a, boolean wide, int highAt, int lowAt, Arg arg, int yes, int no) {
            long wanted = arg.valueTwo();
            int next = a.load(lowAt, a.and((int) arg.value(), a.ifEqual((int) wanted, yes, no)));
            int high = (int) (arg.value() >>> 32);
            return wide ? a.load(highAt, a.and(high, a.ifEqual((int) (wanted >>> 32), next, no))) : next;
        }
    }
}
