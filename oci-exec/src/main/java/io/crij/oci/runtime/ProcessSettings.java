package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.IoPriority;
import io.crij.oci.spec.Linux.Personality;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Scheduler;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What a process has beside its identity: limits, priorities, the score for the out-of-memory killer. What the
/// specification does not name is set to the system's default, because the runtime's own values are inherited
/// otherwise.
final class ProcessSettings {
    private static final int SCHED_ATTR_SIZE = 48;
    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;
    private static final int WHO_PROCESS = 1;
    private static final int DEFAULT_UMASK = 0022;
    private static final int MASK_BYTES = 128;

    /// `CONFIG_NR_CPUS` of the largest machines.
    private static final int MOST_NUMBERED = 8191;

    private final Steps steps;
    private final ProgramBuilder p;
    private final Process process;
    private final Privileges privileges;

    ProcessSettings(Steps steps, Process process, Privileges privileges) {
        this.steps = steps;
        this.p = steps.p;
        this.process = process;
        this.privileges = privileges;
    }

    /// What the JVM has and nobody wants: the shim's part is the same as the child's.
    static void reset(ProgramBuilder p) {
        p.call("reset the umask", Call.UMASK, Abi.ZERO);
        everywhere(p);
        p.call("reset the i/o priority", Call.IOPRIO_SET, Operand.of(WHO_PROCESS), Abi.ZERO, Abi.ZERO)
                .tolerateAll();
    }

    static void everywhere(ProgramBuilder p) {
        byte[] all = new byte[MASK_BYTES];
        Arrays.fill(all, (byte) -1);
        p.call("run on every processor", Call.SCHED_SETAFFINITY, Abi.ZERO, Operand.of(MASK_BYTES), p.bytes(all, "all"))
                .tolerateAll();
    }

    /// The score is written while the process is still privileged and can be seen in the host's proc.
    void outOfMemoryScore() {
        @Nullable Integer score = process.oomScoreAdj();
        int wanted = score == null ? privileges.usualOomScore() : privileges.oomScore(score);
        steps.write(
                "set process.oomScoreAdj to " + wanted, Abi.CWD, "/proc/self/oom_score_adj", Integer.toString(wanted));
    }

    void sessionKeyring(String id) {
        // a kernel without keyrings, or an outer container that forbids them, has none to leave
        p.call(
                        "join a session keyring of its own",
                        Call.KEYCTL,
                        Operand.of(KEYCTL_JOIN_SESSION_KEYRING, "JOIN_SESSION_KEYRING"),
                        p.text("_ses." + id))
                .tolerate(Errno.ENOSYS, Errno.EPERM, Errno.EDQUOT);
    }

    void limits() {
        for (Rlimit limit : process.rlimits()) {
            Rlimit granted = privileges.limit(limit);
            String about = "set process.rlimits " + limit.type() + " to " + Long.toUnsignedString(granted.soft()) + "/"
                    + Long.toUnsignedString(granted.hard());
            p.call(
                    about,
                    Call.PRLIMIT64,
                    Abi.ZERO,
                    Operand.of(limit.type().number(), limit.type().name()),
                    p.longs("{" + granted.soft() + ", " + granted.hard() + "}", granted.soft(), granted.hard()),
                    Abi.ZERO);
        }
    }

    void priorities(@Nullable Personality personality, @Nullable MemoryPolicy memory) throws InvalidSpec {
        @Nullable Scheduler scheduler = process.scheduler();
        if (scheduler != null) {
            scheduler(scheduler);
        }
        @Nullable IoPriority io = process.ioPriority();
        if (io != null) {
            p.call(
                    "set process.ioPriority",
                    Call.IOPRIO_SET,
                    Operand.of(WHO_PROCESS),
                    Abi.ZERO,
                    Operand.of(io.value()));
        }
        if (personality != null) {
            p.call(
                    "set linux.personality",
                    Call.PERSONALITY,
                    Operand.of(
                            personality.domain().number(), personality.domain().name()));
        }
        if (memory != null) {
            memory(memory);
        }
    }

    private void scheduler(Scheduler s) {
        Operand attributes = p.struct(
                "{" + s.policy() + "}",
                SCHED_ATTR_SIZE,
                b -> b.putInt(SCHED_ATTR_SIZE)
                        .putInt(s.policy().number())
                        .putLong(s.flagBits())
                        .putInt(s.nice())
                        .putInt(s.priority())
                        .putLong(s.runtime())
                        .putLong(s.deadline())
                        .putLong(s.period()));
        p.call("set process.scheduler", Call.SCHED_SETATTR, Abi.ZERO, attributes, Abi.ZERO);
    }

    private void memory(MemoryPolicy policy) throws InvalidSpec {
        BitSet nodes = numbers("linux.memoryPolicy.nodes", policy.nodes());
        long[] mask = Arrays.copyOf(nodes.toLongArray(), 16);
        Operand pointer = nodes.isEmpty() ? Abi.ZERO : p.longs("{" + policy.nodes() + "}", mask);
        Operand bits = nodes.isEmpty() ? Abi.ZERO : Operand.of(64 * mask.length);
        p.call(
                "set linux.memoryPolicy",
                Call.SET_MEMPOLICY,
                Operand.of(policy.value(), policy.mode().name()),
                pointer,
                bits);
    }

    /// Where an exec runs.
    ///
    /// @param property of `process.execCPUAffinity`
    static void affinity(ProgramBuilder p, String property, @Nullable String cpus) throws InvalidSpec {
        if (cpus == null || cpus.isEmpty()) {
            return;
        }
        String path = "process.execCPUAffinity." + property;
        long[] set = numbers(path, cpus).toLongArray();
        long[] mask = Arrays.copyOf(set, Math.max(set.length, MASK_BYTES / 8));
        Operand pointer = p.longs("{" + cpus + "}", mask);
        p.call("set " + path + " to " + cpus, Call.SCHED_SETAFFINITY, Abi.ZERO, Operand.of(8 * mask.length), pointer);
    }

    /// @param path of the property, for the error
    private static BitSet numbers(String path, @Nullable String list) throws InvalidSpec {
        BitSet nodes = new BitSet();
        if (list == null || list.isBlank()) {
            return nodes;
        }
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.strip().split("-", 2);
            try {
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (last > MOST_NUMBERED) {
                    throw new InvalidSpec(path, list, "the kernel counts to " + MOST_NUMBERED);
                }
                nodes.set(Integer.parseInt(ends[0]), last + 1);
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw new InvalidSpec(path, list, "is not a list such as 0-1,3");
            }
        }
        return nodes;
    }

    void umask() {
        @Nullable Integer umask = process.user().umask();
        int value = umask == null ? DEFAULT_UMASK : umask;
        p.call("set the umask", Call.UMASK, Abi.octal(value));
    }
}
