package io.crij.oci.cgroup;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.KernelString;
import io.crij.oci.cgroup.CgroupPlan.Step;
import io.crij.oci.cgroup.CgroupPlan.Step.MakeFolder;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A version 1 cpuset group begins with no CPU and no memory node, and a process cannot join it (ENOSPC): each new
/// group gets what the group above it has.
final class CpusetParents {
    private static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems");

    private static final int LONGEST = 64 << 10;

    private CpusetParents() {}

    static List<Step> make(Path tree, String path) {
        var steps = new ArrayList<Step>();
        var inherited = new ArrayList<>(List.of("", ""));
        Path folder = tree;
        read(folder, inherited);
        Path leaf = tree.resolve(path);
        boolean there = true;
        for (Path name : Path.of(path)) {
            folder = folder.resolve(name);
            there = there && Files.isDirectory(folder);
            if (!there || folder.equals(leaf)) {
                steps.add(new MakeFolder(folder));
            }
            fill(folder, there, inherited, steps);
        }
        return steps;
    }

    /// Writes what the folder lacks, and learns what it has.
    private static void fill(Path folder, boolean there, List<String> inherited, List<Step> steps) {
        var own = new ArrayList<>(List.of("", ""));
        if (there) {
            read(folder, own);
        }
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
            try (var file = Fd.open(folder.resolve(FILES.get(i)).toString(), O_RDONLY)) {
                values.set(i, KernelString.decode(file.readAll(LONGEST)).strip());
            } catch (ErrnoException _) {
                values.set(i, ""); // not made yet
            }
        }
    }
}
