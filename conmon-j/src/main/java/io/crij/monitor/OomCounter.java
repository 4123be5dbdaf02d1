package io.crij.monitor;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.systemd.ScopeName;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells whether the kernel killed processes of a container for want of memory: `oom_kill` of `memory.events` (cgroup
/// v2) or of `memory.oom_control` (v1, kernel 4.13). To be asked before the cgroup is removed; with systemd, which
/// removes it by itself, the slice above helps. Thread-safe.
final class OomCounter {
    private static final System.Logger LOG = System.getLogger(OomCounter.class.getName());

    private final CgroupTree tree;
    private final Optional<ScopeKills> scopes;

    OomCounter(CgroupTree tree) {
        this.tree = tree;
        // version 1 does not count for what is below
        scopes = tree.mode() == CgroupTree.Mode.V2
                ? tree.unified().map(v2 -> new ScopeKills(v2::folder))
                : Optional.empty();
    }

    /// Prepares for [#killed]; before the container can end. Only where nothing of ours stays in its cgroup.
    void begin(ContainerRecord container) {
        Optional<ScopeName> scope = scope(container);
        if (scope.isEmpty() || container.monitoredRuntime() instanceof MonitoredRuntime.BuiltIn) {
            return;
        }
        try {
            scopes.orElseThrow().begin(scope.get());
        } catch (ErrnoException e) {
            unknown(container, e);
        }
    }

    /// @param all those of the node
    boolean killed(ContainerRecord container, Collection<LiveContainer> all) {
        if (container.cgroup().isEmpty()) {
            return false;
        }
        Optional<ScopeName> scope = scope(container);
        try {
            Optional<Long> own = own(container.cgroup());
            if (own.isEmpty()) {
                return scope.isPresent() && scopes.orElseThrow().killed(scope.get(), running(scope.get(), all));
            }
            if (scope.isPresent() && own.get() > 0) {
                scopes.orElseThrow().counted(scope.get(), own.get());
            }
            return own.get() > 0;
        } catch (ErrnoException e) {
            unknown(container, e);
            return false;
        }
    }

    private static void unknown(ContainerRecord container, ErrnoException e) {
        if (e.errno() != Errno.ENOENT) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "whether container " + container.id() + " ran out of memory is unknown: " + e.getMessage());
        }
    }

    /// Empty: systemd has nothing to do with it.
    private Optional<ScopeName> scope(ContainerRecord container) {
        return scopes.isEmpty() ? Optional.empty() : ScopeName.ofPath(container.cgroup());
    }

    private Set<String> running(ScopeName scope, Collection<LiveContainer> all) {
        return all.stream()
                .map(LiveContainer::record)
                .filter(other -> !other.stopped() && other.status() != ContainerRecord.Status.CREATING)
                .flatMap(other -> scope(other).stream())
                .filter(other -> other.slice().equals(scope.slice()) && !other.equals(scope))
                .map(ScopeName::unit)
                .collect(Collectors.toSet());
    }

    /// Empty when the cgroup is gone.
    private Optional<Long> own(String cgroup) throws ErrnoException {
        for (Place place : places(cgroup)) {
            try (CgroupFolder folder = CgroupFolder.open(place.folder())) {
                Optional<Long> kills = read(folder, place.file());
                if (kills.isPresent()) {
                    return kills;
                }
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private record Place(String folder, String file) {}

    private List<Place> places(String cgroup) {
        String below = cgroup.startsWith("/") ? cgroup : "/" + cgroup;
        Optional<CgroupHierarchy> v1 = tree.mode() == CgroupTree.Mode.V2 ? Optional.empty() : tree.with("memory");
        if (v1.isPresent()) {
            return List.of(new Place(v1.get().folder(below), "memory.oom_control"));
        }
        return tree.unified()
                .map(v2 -> List.of(
                        new Place(v2.folder(below + "/container"), "memory.events"),
                        new Place(v2.folder(below), "memory.events")))
                .orElse(List.of());
    }

    /// The count in a file of a cgroup; empty when there is no such file, or no such cgroup any more.
    static Optional<Long> read(CgroupFolder folder, String file) throws ErrnoException {
        return folder.tryRead(file).map(OomCounter::count);
    }

    /// The value of the line `oom_kill N`; 0 when there is none.
    static long count(String counters) {
        return counters.lines()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line ->
                        Long.parseLong(line.substring("oom_kill ".length()).strip()))
                .findFirst()
                .orElse(0);
    }
}
