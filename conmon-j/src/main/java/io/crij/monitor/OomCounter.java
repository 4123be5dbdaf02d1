package io.crij.monitor;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.util.List;
import java.util.Optional;

/// Tells whether the kernel killed processes of a container for want of memory: `oom_kill` of `memory.events` (cgroup
/// v2) or of `memory.oom_control` (v1, kernel 4.13). To be asked before the cgroup is removed.
final class OomCounter {
    private static final System.Logger LOG = System.getLogger(OomCounter.class.getName());

    private final CgroupTree tree;

    OomCounter(CgroupTree tree) {
        this.tree = tree;
    }

    /// @param cgroup path; empty: the container has none of its own
    boolean killed(String cgroup) {
        return !cgroup.isEmpty() && kills(cgroup) > 0;
    }

    private long kills(String cgroup) {
        for (Place place : places(cgroup)) {
            try (CgroupFolder folder = CgroupFolder.open(place.folder())) {
                Optional<String> counters = folder.tryRead(place.file());
                if (counters.isPresent()) {
                    return count(counters.get());
                }
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT) {
                    LOG.log(System.Logger.Level.WARNING, "whether " + cgroup + " ran out of memory is unknown", e);
                }
            }
        }
        return 0;
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
