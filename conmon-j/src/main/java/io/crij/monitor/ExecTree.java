package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.runtime.OciException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The processes of one exec: the first one, those in its session or process group, and their children. They share
/// the container's cgroup with everything else in it, so they are told apart by their ancestry (proc_pid_stat(5)). What
/// made itself a daemon with a session of its own and lost its parent is not found.
final class ExecTree {
    private static final System.Logger LOG = System.getLogger(ExecTree.class.getName());
    private static final int ROUNDS = 10;

    private final LiveContainer container;
    private final int first;

    ExecTree(LiveContainer container, int first) {
        this.container = container;
        this.first = first;
    }

    /// Tells all of them that the terminal, or whoever read and wrote at the other end, has gone.
    void hangUp() {
        members(Set.of(first)).forEach(pid -> signal(pid, Signal.HUP));
    }

    /// Kills all of them, again until none is left: new ones may be forked meanwhile.
    void kill() {
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

    private record Stat(int parent, int group, int session, boolean zombie) {}

    /// Living members that descend from, or share group or session with, those known.
    private Set<Integer> members(Set<Integer> known) {
        Map<Integer, Stat> processes = new HashMap<>();
        for (int pid : pids()) {
            stat(pid, processes);
        }
        stat(first, processes);
        Set<Integer> members = new HashSet<>(known);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Map.Entry<Integer, Stat> entry : processes.entrySet()) {
                Stat stat = entry.getValue();
                boolean belongs = members.contains(stat.parent()) || stat.group() == first || stat.session() == first;
                grew |= belongs && members.add(entry.getKey());
            }
        }
        members.removeIf(pid -> {
            Stat stat = processes.get(pid);
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

    private static void stat(int pid, Map<Integer, Stat> processes) {
        try {
            String text =
                    Files.readString(Path.of("/proc/" + pid + "/stat"), java.nio.charset.StandardCharsets.ISO_8859_1);
            // the name before may hold anything, closing brackets too
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            processes.put(
                    pid,
                    new Stat(
                            Integer.parseInt(fields[1]),
                            Integer.parseInt(fields[2]),
                            Integer.parseInt(fields[3]),
                            fields[0].equals("Z")));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "process " + pid + " is gone");
        }
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
