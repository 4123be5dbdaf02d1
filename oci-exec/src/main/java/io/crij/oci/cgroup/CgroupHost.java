package io.crij.oci.cgroup;

import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where this host's control groups are mounted.
///
/// @param unified mount point of the version 2 tree; on a hybrid host it exists beside the version 1 trees
/// @param hierarchies version 1: controller (or `name=systemd`) → mount point, several controllers may share one; empty
///     on a pure version 2 host
/// @param unifiedControllers what the root of the version 2 tree offers
public record CgroupHost(@Nullable Path unified, Map<String, Path> hierarchies, Set<String> unifiedControllers) {
    /// For containers without any.
    public static final CgroupHost NONE = new CgroupHost(null, Map.of(), Set.of());

    /// Version 2 for everything?
    public boolean pure() {
        return unified != null && hierarchies.isEmpty();
    }

    /// This machine's.
    ///
    /// @throws IOException when none is mounted
    public static CgroupHost read() throws IOException {
        try {
            return of(CgroupTree.detect());
        } catch (ErrnoException e) {
            throw new IOException("cannot see how control groups are mounted: " + e.getMessage(), e);
        }
    }

    static CgroupHost of(CgroupTree tree) throws IOException {
        if (tree.hierarchies().isEmpty()) {
            throw new IOException(
                    "no control groups are mounted: there is neither a cgroup2 nor a cgroup file system in"
                            + " /proc/self/mountinfo; mount cgroup2 at /sys/fs/cgroup");
        }
        Path unified = null;
        Set<String> unifiedControllers = Set.of();
        Map<String, Path> hierarchies = new LinkedHashMap<>();
        for (CgroupHierarchy hierarchy : tree.hierarchies()) {
            Path mountPoint = Path.of(hierarchy.mountPoint());
            if (hierarchy.unified()) {
                unified = mountPoint;
                unifiedControllers = hierarchy.controllers();
            } else if (tree.mode() != CgroupTree.Mode.V2) {
                hierarchy.controllers().stream().sorted().forEach(name -> hierarchies.put(name, mountPoint));
            }
        }
        return new CgroupHost(unified, hierarchies, unifiedControllers);
    }

    static List<String> words(String text) {
        return Arrays.stream(text.split("\\s", -1)).filter(w -> !w.isEmpty()).toList();
    }

    /// Mount points of the version 1 trees, each once.
    List<Path> mountPoints() {
        return hierarchies.values().stream().distinct().toList();
    }
}
