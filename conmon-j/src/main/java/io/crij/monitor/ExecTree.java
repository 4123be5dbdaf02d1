package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The processes of one exec: the first one, those in its session or process group, and their children. They share
/// the container's cgroup with everything else in it, so they are told apart by their ancestry (proc_pid_stat(5)). What
/// made itself a daemon with a session of its own and lost its parent is not found.
final class ExecTree {
    private static final System.Logger LOG = System.getLogger(ExecTree.class.getName());
    private static final int ROUNDS = 10;

    private final LiveContainer container;
    private final int first;
    private final @Nullable Shim shim;

    ExecTree(LiveContainer container, Shim shim) {
        this.container = container;
        this.first = shim.pid();
        this.shim = shim;
    }

    /// One whose shim is not ours.
    ExecTree(LiveContainer container, int first) {
        this.container = container;
        this.first = first;
        this.shim = null;
    }

    /// Tells all of them that the terminal, or whoever read and wrote at the other end, has gone.
    void hangUp() {
        tell(Signal.HUP);
        members(Set.of(first)).forEach(pid -> signal(pid, Signal.HUP));
    }

    /// Kills all of them, again until none is left: new ones may be forked meanwhile.
    void kill() {
        tell(Signal.KILL);
        Set<Integer> known = new HashSet<>(Set.of(first));
        for (int round = 0; round < ROUNDS; round++) {
            Set<Integer> found = members(known);
            if (round > 0 && found.isEmpty()) {
                return;
            }
            known.addAll(found);
            found.forEach(pid -> signal(pid, Signal.KILL));
        }
    }

    private void tell(Signal signal) {
        if (shim != null) {
            shim.signal(signal);
        }
    }

    /// Living members that descend from, or share group or session with, those known.
    private Set<Integer> members(Set<Integer> known) {
        if (first == 0) {
            return Set.of(); // it is none of this host's
        }
        Map<Integer, ProcessStat> processes = new HashMap<>();
        for (int pid : pids()) {
            stat(pid, processes);
        }
        stat(first, processes);
        Set<Integer> members = new HashSet<>(known);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Map.Entry<Integer, ProcessStat> entry : processes.entrySet()) {
                ProcessStat stat = entry.getValue();
                boolean belongs = members.contains(stat.parent()) || stat.group() == first || stat.session() == first;
                grew |= belongs && members.add(entry.getKey());
            }
        }
        members.removeIf(pid -> {
            ProcessStat stat = processes.get(pid);
            return stat == null || stat.zombie();
        });
        return members;
    }

    private List<Integer> pids() {
        try {
            return container.runtime().pids(container.id());
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "the processes of container " + container.id() + " are unknown", e);
            return List.of();
        }
    }

    private static void stat(int pid, Map<Integer, ProcessStat> processes) {
        ProcessStat.of(pid).ifPresent(found -> processes.put(pid, found));
    }

    private static void signal(int pid, Signal signal) {
        try {
            signal.send(pid);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                LOG.log(System.Logger.Level.WARNING, "process " + pid + " of an exec could not be sent " + signal, e);
            }
        }
    }
}
