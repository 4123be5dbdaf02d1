package io.crij.server.config;

import io.crij.linux.CgroupTree;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.UnitName;
import io.crij.server.config.Config.CgroupDriver;
import java.nio.file.Path;
import java.util.Optional;

/// Which cgroup driver a configuration means on this machine, and which parent of pods. As the kubelet's own default:
/// systemd where it is the first process and the cgroups are version 2 only.
public final class CgroupChoice {
    private static final Path ROOT = Path.of("/");

    private final Config.Runtime runtime;

    CgroupChoice(Config.Runtime runtime) {
        this.runtime = runtime;
    }

    /// The configuration with nothing left to decide.
    ///
    /// @throws ConfigException this machine cannot have what is set
    public static Config decide(Config config, CgroupTree tree) throws ConfigException {
        return decide(config, tree, Systemd.booted());
    }

    static Config decide(Config config, CgroupTree tree, boolean booted) throws ConfigException {
        var runtime = config.runtime();
        boolean possible = impossible(tree, booted).isEmpty();
        var driver = runtime.cgroupDriver() == CgroupDriver.AUTO
                ? possible ? CgroupDriver.SYSTEMD : CgroupDriver.CGROUPFS
                : runtime.cgroupDriver();
        if (driver == CgroupDriver.SYSTEMD && !possible) {
            throw refused(
                    "runtime.cgroup_driver", "systemd", impossible(tree, booted).orElseThrow());
        }
        var parent = runtime.cgroupParent();
        if (parent.isEmpty()) {
            parent = driver == CgroupDriver.SYSTEMD ? "crij.slice" : "/crij";
        }
        var decided =
                new Config.Runtime(runtime.defaultHandler(), driver, parent, runtime.sysctls(), runtime.shmSize());
        var problem = new CgroupChoice(decided).problemWithParent();
        if (problem.isPresent()) {
            throw refused("runtime.cgroup_parent", parent, problem.get());
        }
        return config.with(decided);
    }

    /// Why the systemd driver cannot be had.
    static Optional<String> impossible(CgroupTree tree, boolean booted) {
        if (!booted) {
            return Optional.of("systemd is not the first process of this machine (there is no /run/systemd/system); use"
                    + " cgroupfs, and the same in the kubelet's cgroupDriver");
        }
        if (tree.mode() != CgroupTree.Mode.V2) {
            return Optional.of(
                    "it needs cgroup v2 alone, and this machine has v1 trees: boot it with"
                            + " systemd.unified_cgroup_hierarchy=1, or use cgroupfs, and the same in the kubelet's cgroupDriver");
        }
        return Optional.empty();
    }

    private static ConfigException refused(String key, String value, String why) {
        // the decision is made for the whole, so no line of a file is to blame
        return new ConfigException.NotAllowed(new Origin("the configuration", 0), key, Values.toml(value), why);
    }

    /// What is wrong with the parent, as far as that does not hang on the machine.
    Optional<String> problemWithParent() {
        var parent = runtime.cgroupParent();
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        boolean slice = parent.endsWith(".slice");
        if (slice && runtime.cgroupDriver() == CgroupDriver.CGROUPFS) {
            return Optional.of("a slice needs the systemd driver; use a path as /crij, or cgroup_driver = \"systemd\"");
        }
        if (!slice && runtime.cgroupDriver() == CgroupDriver.SYSTEMD) {
            return Optional.of(
                    "with the systemd driver it is a slice, as crij.slice; or use cgroup_driver = \"cgroupfs\"");
        }
        if (slice) {
            try {
                return UnitName.pathOfSlice(parent).isEmpty()
                        ? Optional.of("the root is no place for pods; use one below it, as crij.slice")
                        : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(e.getMessage() + "; use one as crij.slice");
            }
        }
        boolean usable = parent.startsWith("/") && !Path.of(parent).normalize().equals(ROOT);
        return usable
                ? Optional.empty()
                : Optional.of("must be an absolute path below the cgroup root, as /crij, or a slice as crij.slice");
    }
}
