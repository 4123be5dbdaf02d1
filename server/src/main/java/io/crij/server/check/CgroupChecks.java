package io.crij.server.check;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.server.config.Config.CgroupDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Control groups.
final class CgroupChecks {
    private static final List<String> NEEDED = List.of("cpu", "memory", "pids");
    private static final List<String> WANTED = List.of("cpuset", "hugetlb");

    private final CgroupDriver driver;

    CgroupChecks(CgroupDriver driver) {
        this.driver = driver;
    }

    List<Finding> run(CgroupTree tree) {
        var findings = new ArrayList<Finding>();
        findings.add(mode(tree));
        findings.add(controllers(tree));
        if (!tree.hierarchies().isEmpty()) {
            findings.add(trial(tree));
        }
        findings.add(driver());
        return findings;
    }

    private static Finding mode(CgroupTree tree) {
        if (tree.hierarchies().isEmpty()) {
            return Finding.fail(
                    "cgroups", "none are mounted", "mount -t cgroup2 none /sys/fs/cgroup, or boot with systemd");
        }
        return switch (tree.mode()) {
            case V2 -> Finding.ok("cgroups", "v2");
            case HYBRID, V1 ->
                Finding.warn(
                        "cgroups",
                        tree.mode() == CgroupTree.Mode.V1 ? "v1" : "hybrid: controllers in v1",
                        "works; Kubernetes 1.35 and later want v2: boot with systemd.unified_cgroup_hierarchy=1");
        };
    }

    private static Finding controllers(CgroupTree tree) {
        var present = new TreeSet<String>();
        tree.hierarchies().forEach(h -> present.addAll(h.controllers()));
        present.removeIf(name -> name.startsWith("name="));
        var missing = NEEDED.stream().filter(c -> !present.contains(c)).toList();
        if (!missing.isEmpty()) {
            return Finding.fail(
                    "cgroup controllers",
                    "missing: " + String.join(", ", missing),
                    "enable them in the kernel (Raspberry Pi: cgroup_enable=memory), or delegate them to this tree");
        }
        var unwanted = WANTED.stream().filter(c -> !present.contains(c)).toList();
        return unwanted.isEmpty()
                ? Finding.ok("cgroup controllers", String.join(" ", present))
                : Finding.warn(
                        "cgroup controllers",
                        String.join(" ", present) + "; without " + String.join(", ", unwanted),
                        "limits of that kind are skipped");
    }

    /// Makes a cgroup beside those of pods, and takes it away.
    private static Finding trial(CgroupTree tree) {
        var hierarchy = tree.with("memory").orElse(tree.hierarchies().getFirst());
        var path = hierarchy.folder("/crij-check-" + ProcessHandle.current().pid());
        try {
            CgroupFolder.create(path).close();
            CgroupFolder.remove(path);
            return Finding.ok("cgroup creation", "works in " + hierarchy.mountPoint());
        } catch (ErrnoException e) {
            return Finding.fail(
                    "cgroup creation",
                    "does not work: " + e.getMessage(),
                    "run as root; in a container, mount " + hierarchy.mountPoint() + " writable");
        }
    }

    private Finding driver() {
        boolean systemd = Files.isDirectory(Path.of("/run/systemd/system"));
        return switch (driver) {
            case CGROUPFS ->
                systemd
                        ? Finding.warn(
                                "cgroup driver",
                                "cgroupfs beside systemd: two writers of one tree",
                                "the systemd driver does not exist yet; set cgroupDriver: cgroupfs for the kubelet")
                        : Finding.ok("cgroup driver", "cgroupfs");
            case SYSTEMD ->
                Finding.fail(
                        "cgroup driver",
                        "systemd is configured, but that driver does not exist yet",
                        "set runtime.cgroup_driver = \"cgroupfs\", for the kubelet too");
        };
    }
}
