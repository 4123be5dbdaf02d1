package io.crij.monitor;

import io.crij.linux.CgroupFolder;
import io.crij.linux.ErrnoException;
import io.crij.linux.KernelString;
import io.crij.linux.Xattr;
import io.crij.linux.systemd.ScopeName;
import io.crij.linux.systemd.UnitName;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// Kills for want of memory in scopes that are gone (cgroup v2). Thread-safe.
///
/// systemd removes a scope with its last process, and `memory.events` with it, often before the end of that process is
/// told here. The slice above counts for all that is below it, and it stays: what it counts beyond the scopes that are
/// still there has happened in those that are gone.
///
/// How much of that has been told lies beside the counter, in an extended attribute of the slice's folder: both are
/// there equally long, and the next monitor goes on with it.
final class ScopeKills {
    private static final String TOLD = "trusted.crij.oom_kill";
    private static final int TRIES = 5;

    private final UnaryOperator<String> folders;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param folders gives the folder of a cgroup
    ScopeKills(UnaryOperator<String> folders) {
        this.folders = folders;
    }

    /// Kills in the slice of this scope are told from now on; those of before are not. To be called before the first
    /// container of the slice can end; later calls change nothing.
    ///
    /// @throws ErrnoException when the slice is gone
    void begin(ScopeName scope) throws ErrnoException {
        lock.lock();
        try (CgroupFolder slice = open(scope)) {
            if (Told.in(slice).isEmpty()) {
                new Told(Count.of(slice).gone(), "").write(slice);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The scope was still there, so that its own counter told; it will be gone soon.
    ///
    /// @throws ErrnoException when the slice is gone
    void counted(ScopeName scope, long kills) throws ErrnoException {
        lock.lock();
        try (CgroupFolder slice = open(scope)) {
            Optional<Told> told = Told.in(slice);
            if (told.isPresent() && !told.get().last().equals(scope.unit())) {
                new Told(told.get().kills() + kills, scope.unit()).write(slice);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether processes of this scope, which is gone, were killed. When several scopes of a slice are gone at once
    /// whose ends have not been told, the kills may be of any: then each is told so.
    ///
    /// @param running units of the other scopes of this slice whose containers have not ended, as far as is known
    /// @throws ErrnoException when the slice is gone
    boolean killed(ScopeName scope, Set<String> running) throws ErrnoException {
        lock.lock();
        try (CgroupFolder slice = open(scope)) {
            Optional<Told> told = Told.in(slice);
            if (told.isEmpty()) {
                return false;
            }
            if (told.get().last().equals(scope.unit())) {
                // the monitor was killed before it had recorded that
                return true;
            }
            Count now = Count.of(slice);
            if (now.gone() <= told.get().kills()) {
                return false;
            }
            if (now.scopes().keySet().containsAll(running)) {
                new Told(now.gone(), scope.unit()).write(slice);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private CgroupFolder open(ScopeName scope) throws ErrnoException {
        return CgroupFolder.open(folders.apply(UnitName.pathOfSlice(scope.slice())));
    }

    /// What is in the attribute: `<kills> <last>`. Anything else is not ours, and written anew.
    ///
    /// @param last unit of the scope that was the last to be told of; empty before the first
    private record Told(long kills, String last) {
        static Optional<Told> in(CgroupFolder slice) throws ErrnoException {
            return Xattr.get(slice.folder(), TOLD)
                    .map(KernelString::decode)
                    .filter(text -> text.matches("\\d{1,18} \\S*"))
                    .map(text -> text.split(" ", -1))
                    .map(words -> new Told(Long.parseLong(words[0]), words[1]));
        }

        void write(CgroupFolder slice) throws ErrnoException {
            Xattr.set(slice.folder(), TOLD, (kills + " " + last).getBytes(StandardCharsets.UTF_8));
        }
    }

    /// @param all kills in the slice
    /// @param scopes kills in each cgroup that is directly below it
    private record Count(long all, Map<String, Long> scopes) {
        /// Taken until the scopes are the same before and after the slice.
        static Count of(CgroupFolder slice) throws ErrnoException {
            Map<String, Long> before = below(slice);
            for (int i = 0; ; i++) {
                long all = OomCounter.read(slice, "memory.events").orElse(0L);
                Map<String, Long> after = below(slice);
                if (after.equals(before) || i == TRIES) {
                    return new Count(all, after);
                }
                before = after;
            }
        }

        private static Map<String, Long> below(CgroupFolder slice) throws ErrnoException {
            Map<String, Long> counts = new TreeMap<>();
            for (String child : slice.children()) {
                OomCounter.read(slice, child + "/memory.events").ifPresent(kills -> counts.put(child, kills));
            }
            return counts;
        }

        /// Of the scopes that are gone.
        long gone() {
            return Math.max(
                    0, all - scopes.values().stream().mapToLong(kills -> kills).sum());
        }
    }
}
