package io.crij.oci.cgroup;

import io.crij.oci.cgroup.CgroupPlan.Step;
import io.crij.oci.cgroup.CgroupPlan.Step.MakeFolder;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A version 1 cpuset group begins with no CPU and no memory node, and a process cannot join it (ENOSPC): each new
/// group gets what the group above it has.
final class CpusetParents {
    private static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems");

    private CpusetParents() {}

    static boolean isCpuset(Path tree) {
        return Files.exists(tree.resolve(FILES.getFirst()));
    }

    static List<Step> make(Path tree, String path) {
        var steps = new ArrayList<Step>();
        var inherited = new ArrayList<>(List.of("", ""));
        Path folder = tree;
        read(folder, inherited);
        for (Path name : Path.of(path)) {
            folder = folder.resolve(name);
            boolean leaf = folder.equals(tree.resolve(path));
            if (leaf || !Files.isDirectory(folder)) {
                steps.add(new MakeFolder(folder));
            }
            fill(folder, inherited, steps);
        }
        return steps;
    }

    /// Writes what the folder lacks, and learns what it has.
    private static void fill(Path folder, List<String> inherited, List<Step> steps) {
        var own = new ArrayList<>(List.of("", ""));
        read(folder, own);
        for (int i = 0; i < FILES.size(); i++) {
            if (own.get(i).isEmpty()) {
                steps.add(new Write(folder.resolve(FILES.get(i)), inherited.get(i), "linux.cgroupsPath", false));
            } else {
                inherited.set(i, own.get(i));
            }
        }
    }

    private static void read(Path folder, List<String> values) {
        for (int i = 0; i < FILES.size(); i++) {
            try {
                values.set(i, Files.readString(folder.resolve(FILES.get(i))).strip());
            } catch (IOException _) {
                values.set(i, ""); // not made yet
            }
        }
    }
}
