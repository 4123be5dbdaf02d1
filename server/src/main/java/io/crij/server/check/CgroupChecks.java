package io.crij.server.check;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.SystemdException;
import io.crij.server.config.CgroupChoice;
import io.crij.server.config.Config;
import io.crij.server.config.Config.CgroupDriver;
import io.crij.server.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Control groups.
final class CgroupChecks {
    private static final List<String> NEEDED = List.of("cpu", "memory", "pids");
    private static final List<String> WANTED = List.of("cpuset", "hugetlb");

    private final Config config;

    CgroupChecks(Config config) {
        this.config = config;
    }

    List<Finding> run(CgroupTree tree) {
        var findings = new ArrayList<Finding>();
        findings.add(mode(tree));
        findings.add(controllers(tree));
        if (!tree.hierarchies().isEmpty()) {
            findings.add(trial(tree));
        }
        findings.add(driver(tree));
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

    private Finding driver(CgroupTree tree) {
        try {
            var runtime = CgroupChoice.decide(config, tree).runtime();
            return switch (runtime.cgroupDriver()) {
                case SYSTEMD -> systemd(runtime.cgroupParent());
                case CGROUPFS, AUTO -> cgroupfs(tree, runtime.cgroupParent());
            };
        } catch (ConfigException e) {
            return Finding.fail("cgroup driver", String.valueOf(e.getMessage()), "set what the node has");
        }
    }

    private Finding systemd(String parent) {
        try (var systemd = new Systemd()) {
            return Finding.ok("cgroup driver", told("systemd " + systemd.version(), parent));
        } catch (SystemdException e) {
            return Finding.fail("cgroup driver", String.valueOf(e.getMessage()), "see what systemctl status dbus says");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.fail("cgroup driver", "the question to systemd was interrupted", "ask again");
        }
    }

    private Finding cgroupfs(CgroupTree tree, String parent) {
        boolean possible = Systemd.booted() && tree.mode() == CgroupTree.Mode.V2;
        return possible
                ? Finding.warn(
                        "cgroup driver",
                        told("cgroupfs", parent) + " beside systemd: two writers of one tree",
                        "set runtime.cgroup_driver = \"auto\", and cgroupDriver: systemd for a kubelet that does not ask")
                : Finding.ok("cgroup driver", told("cgroupfs", parent));
    }

    private String told(String driver, String parent) {
        boolean chosen = config.runtime().cgroupDriver() == CgroupDriver.AUTO;
        return driver + (chosen ? " (auto)" : "") + ", pods without a parent are in " + parent;
    }
}
