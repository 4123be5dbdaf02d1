package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The cgroup hierarchies of this host, as they are mounted.
///
/// @param hierarchies the v2 one first, if there is one
public record CgroupTree(Mode mode, List<CgroupHierarchy> hierarchies) {
    /// Options of a v1 mount that are no controllers.
    private static final Set<String> OPTIONS = Set.of(
            "rw",
            "ro",
            "xattr",
            "clone_children",
            "noprefix",
            "cpuset_v2_mode",
            "seclabel",
            "nsdelegate",
            "memory_recursiveprot");

    /// How the host is set up.
    public enum Mode {
        /// Controllers are in v1 hierarchies only.
        V1,
        /// v1 hierarchies have the controllers, a v2 one is mounted beside them.
        HYBRID,
        /// One v2 hierarchy.
        V2
    }

    /// What is mounted now.
    public static CgroupTree detect() throws ErrnoException {
        String own;
        try (Fd file = Fd.open("/proc/self/cgroup", O_RDONLY)) {
            own = KernelString.decode(file.readAll(1 << 20));
        }
        return of(MountInfo.ofSelf(), own, CgroupTree::controllersOf);
    }

    private static String controllersOf(String mountPoint) {
        try (Fd file = Fd.open(mountPoint + "/cgroup.controllers", O_RDONLY)) {
            return KernelString.decode(file.readAll(4096));
        } catch (ErrnoException e) {
            // an unreadable hierarchy offers nothing
            return "";
        }
    }

    /// @param own text of `/proc/self/cgroup`
    /// @param controllers gives the text of `cgroup.controllers` below a mount point
    static CgroupTree of(List<MountInfo> mounts, String own, Function<String, String> controllers) {
        Map<Set<String>, String> paths = ownPaths(own);
        List<CgroupHierarchy> v1 = new ArrayList<>();
        Optional<CgroupHierarchy> v2 = Optional.empty();
        Set<Set<String>> seen = new LinkedHashSet<>();
        for (MountInfo mount : mounts) {
            if (mount.type().equals("cgroup2") && v2.isEmpty()) {
                v2 = Optional.of(new CgroupHierarchy(
                        true,
                        words(controllers.apply(mount.mountPoint())),
                        mount.mountPoint(),
                        mount.root(),
                        paths.getOrDefault(Set.of(), "/")));
            } else if (mount.type().equals("cgroup")) {
                Set<String> joined = new LinkedHashSet<>(mount.superOptions());
                joined.removeIf(option -> OPTIONS.contains(option) || option.startsWith("release_agent="));
                if (seen.add(joined)) {
                    String path = paths.getOrDefault(joined, "/");
                    v1.add(new CgroupHierarchy(false, Set.copyOf(joined), mount.mountPoint(), mount.root(), path));
                }
            }
        }
        Mode mode = v1.stream().noneMatch(CgroupTree::hasController) && v2.isPresent()
                ? Mode.V2
                : v2.isPresent() ? Mode.HYBRID : Mode.V1;
        List<CgroupHierarchy> all = new ArrayList<>();
        v2.ifPresent(all::add);
        all.addAll(v1);
        return new CgroupTree(mode, List.copyOf(all));
    }

    private static boolean hasController(CgroupHierarchy hierarchy) {
        return hierarchy.controllers().stream().anyMatch(name -> !name.startsWith("name="));
    }

    /// Lines such as `4:cpu,cpuacct:/a`, or `0::/a` for v2.
    private static Map<Set<String>, String> ownPaths(String own) {
        Map<Set<String>, String> paths = new HashMap<>();
        own.lines().forEach(line -> {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                paths.put(fields[1].isEmpty() ? Set.of() : Set.of(fields[1].split(",")), fields[2]);
            }
        });
        return paths;
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.strip().split("\\s+"));
    }

    public Optional<CgroupHierarchy> unified() {
        return hierarchies.stream().filter(CgroupHierarchy::unified).findFirst();
    }

    /// The hierarchy that has a controller: `memory`, `cpu`, `pids` …, or `name=systemd`.
    public Optional<CgroupHierarchy> with(String controller) {
        return hierarchies.stream()
                .filter(hierarchy -> hierarchy.controllers().contains(controller))
                .findFirst();
    }
}
