package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a process may ask for.
final class ProcessRules {
    private ProcessRules() {}

    static List<String> check(Process process) throws InvalidSpec {
        Rule.absolute("process.cwd", process.cwd());
        if (process.args().isEmpty() || process.args().getFirst().isEmpty()) {
            throw new InvalidSpec("process.args", process.args().toString(), "must name the program to run");
        }
        Rule.noZero("process.args", process.args());
        Rule.noZero("process.env", process.env());
        user(process.user());
        rlimits(process.rlimits());
        @Nullable Integer oomScoreAdj = process.oomScoreAdj();
        if (oomScoreAdj != null) {
            Rule.between("process.oomScoreAdj", oomScoreAdj, -1000, 1000);
        }
        Process.@Nullable ConsoleSize size = process.consoleSize();
        if (size != null) {
            Rule.between("process.consoleSize.height", size.height(), 0, 0xffff);
            Rule.between("process.consoleSize.width", size.width(), 0, 0xffff);
        }
        @Nullable Scheduler scheduler = process.scheduler();
        if (scheduler != null) {
            scheduler(scheduler);
        }
        @Nullable IoPriority ioPriority = process.ioPriority();
        if (ioPriority != null) {
            Rule.between("process.ioPriority.priority", ioPriority.priority(), 0, 7);
        }
        Process.@Nullable CpuAffinity affinity = process.execCPUAffinity();
        if (affinity != null) {
            list("process.execCPUAffinity.initial", affinity.initial());
            list("process.execCPUAffinity.final", affinity.finalCpus());
        }
        return warnings(process);
    }

    private static void user(User user) throws InvalidSpec {
        Rule.between("process.user.uid", user.uid(), 0, Rule.HIGHEST_ID);
        Rule.between("process.user.gid", user.gid(), 0, Rule.HIGHEST_ID);
        for (int i = 0; i < user.additionalGids().size(); i++) {
            Rule.between(
                    "process.user.additionalGids[" + i + "]",
                    user.additionalGids().get(i),
                    0,
                    Rule.HIGHEST_ID);
        }
        @Nullable Integer umask = user.umask();
        if (umask != null) {
            Rule.between("process.user.umask", umask, 0, 0777);
        }
    }

    private static void rlimits(List<Rlimit> rlimits) throws InvalidSpec {
        Set<Rlimit.Type> seen = EnumSet.noneOf(Rlimit.Type.class);
        for (int i = 0; i < rlimits.size(); i++) {
            Rlimit limit = rlimits.get(i);
            String path = "process.rlimits[" + i + "]";
            if (!seen.add(limit.type())) {
                throw new InvalidSpec(path + ".type", limit.type().name(), "is there twice");
            }
            if (Long.compareUnsigned(limit.soft(), limit.hard()) > 0) {
                throw new InvalidSpec(
                        path + ".soft",
                        Long.toUnsignedString(limit.soft()),
                        "is above the hard limit, " + Long.toUnsignedString(limit.hard()));
            }
        }
    }

    /// sched_setattr(2).
    private static void scheduler(Scheduler scheduler) throws InvalidSpec {
        String path = "process.scheduler";
        Rule.between(path + ".nice", scheduler.nice(), -20, 19);
        switch (scheduler.policy()) {
            case SCHED_FIFO, SCHED_RR -> Rule.between(path + ".priority", scheduler.priority(), 1, 99);
            case SCHED_DEADLINE -> {
                Rule.between(path + ".priority", scheduler.priority(), 0, 0);
                if (scheduler.runtime() <= 0
                        || scheduler.runtime() > scheduler.deadline()
                        || (scheduler.period() != 0 && scheduler.deadline() > scheduler.period())) {
                    throw new InvalidSpec(
                            path + ".runtime",
                            Long.toString(scheduler.runtime()),
                            "SCHED_DEADLINE needs 0 < runtime ≤ deadline ≤ period");
                }
            }
            case SCHED_ISO -> throw new InvalidSpec(path + ".policy", "SCHED_ISO", "is not in the kernel");
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE -> Rule.between(path + ".priority", scheduler.priority(), 0, 0);
        }
        if (scheduler.policy() != Scheduler.Policy.SCHED_DEADLINE
                && (scheduler.runtime() != 0 || scheduler.deadline() != 0 || scheduler.period() != 0)) {
            throw new InvalidSpec(
                    path + ".runtime",
                    Long.toString(scheduler.runtime()),
                    "runtime, deadline and period are for SCHED_DEADLINE");
        }
    }

    private static void list(String path, @Nullable String list) throws InvalidSpec {
        if (list != null && !list.isEmpty()) {
            Rule.list(path, list);
        }
    }

    private static List<String> warnings(Process process) {
        var unknown = new TreeSet<String>();
        @Nullable Capabilities capabilities = process.capabilities();
        if (capabilities != null) {
            for (var names : List.of(
                    capabilities.bounding(),
                    capabilities.effective(),
                    capabilities.inheritable(),
                    capabilities.permitted(),
                    capabilities.ambient())) {
                names.stream().filter(name -> Capability.named(name).isEmpty()).forEach(unknown::add);
            }
        }
        var warnings = new ArrayList<String>();
        unknown.forEach(name -> warnings.add("process.capabilities: " + name + " is not a capability; left out"));
        if (process.consoleSize() != null && !process.terminal()) {
            warnings.add("process.consoleSize: there is no terminal; ignored");
        }
        return warnings;
    }
}
