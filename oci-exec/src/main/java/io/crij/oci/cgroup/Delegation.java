package io.crij.oci.cgroup;

import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.systemd.ScopeName;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where the containers of an ordinary user have their cgroups: below a group that was delegated to this user
/// (Documentation/admin-guide/cgroup-v2.rst, "Delegation"; version 2 only). Where there is none, they have no cgroup.
public final class Delegation {
    private static final String HOW = "; begin with a group that is this user's, as in systemd-run --user --scope"
            + " --property=Delegate=yes, or run this as root";

    private final CgroupHost host;
    private final String own;

    /// @param own cgroup of this process, absolute
    private Delegation(CgroupHost host, String own) {
        this.host = host;
        this.own = own;
    }

    /// What this process has.
    public static Delegation ofSelf() throws ErrnoException {
        CgroupTree tree = CgroupTree.detect();
        Optional<CgroupHierarchy> unified = tree.unified();
        if (tree.mode() != CgroupTree.Mode.V2 || unified.isEmpty()) {
            return new Delegation(CgroupHost.NONE, "/");
        }
        Path mountPoint = Path.of(unified.get().mountPoint());
        return new Delegation(
                new CgroupHost(mountPoint, Map.of(), unified.get().controllers()),
                unified.get().ownPath());
    }

    /// Where cgroups can be looked for at all.
    public CgroupHost host() {
        return host;
    }

    /// The place of a container; [CgroupFolders#none] when there is none and nothing asks for one.
    ///
    /// @param cgroupsPath absolute, or below this process's own group; null or empty: there, by its name
    /// @param limits without devices: filters of them are root's
    /// @throws Unsupported when the path or a limit asks for a group that this user cannot make; says why
    public CgroupFolders place(String id, @Nullable String cgroupsPath, LinuxResources limits, CgroupLayout layout)
            throws OciException {
        String wanted = Objects.requireNonNullElse(cgroupsPath, "");
        if (ScopeName.isMeantBy(wanted)) {
            throw new Unsupported("linux.cgroupsPath: " + wanted + " is meant for systemd's cgroup driver, which"
                    + " this runtime has for root only: give a path below a group that is this user's");
        }
        Optional<String> missing;
        CgroupFolders folders = CgroupFolders.none(layout);
        if (!host.pure() || own.contains("..")) {
            missing = Optional.of("this machine has none of version 2 alone, and only those can be a user's");
        } else {
            String path = wanted.isEmpty() ? "oci-exec-" + id : wanted;
            folders = CgroupFolders.of(host, path.startsWith("/") ? path : own + "/" + path, layout);
            missing = missing(folders, limits);
        }
        if (missing.isEmpty()) {
            return folders;
        }
        if (!wanted.isEmpty()) {
            throw new Unsupported("linux.cgroupsPath: " + wanted + ": " + missing.get() + HOW);
        }
        if (!limits.equals(LinuxResources.NONE)) {
            throw new Unsupported(
                    "linux.resources: limits need a cgroup, and an ordinary user's container has none here: "
                            + missing.get() + HOW + ", or leave the limits out");
        }
        return CgroupFolders.none(layout);
    }

    /// What is missing for the group of these folders, with these limits.
    private Optional<String> missing(CgroupFolders folders, LinuxResources limits) throws OciException {
        Path tree = Optional.ofNullable(host.unified()).orElseThrow();
        Path wanted = folders.base().orElseThrow();
        Path there = tree;
        while (!there.equals(wanted)
                && Files.isDirectory(there.resolve(there.relativize(wanted).getName(0)))) {
            there = there.resolve(there.relativize(wanted).getName(0));
        }
        if (!Files.isWritable(there) || !Files.isWritable(there.resolve("cgroup.subtree_control"))) {
            return Optional.of(there + " is not this user's");
        }
        Path common = common(tree, there);
        if (!Files.isWritable(common.resolve("cgroup.procs"))) {
            return Optional.of("a process of " + own + " may not go into " + there + ", as " + common
                    + "/cgroup.procs is not this user's");
        }
        Set<String> passed = words(there.resolve("cgroup.subtree_control"));
        Set<String> offered = words(there.resolve("cgroup.controllers"));
        for (String controller : controllers(CgroupPlan.limits(folders, limits))) {
            if (!offered.contains(controller)) {
                return Optional.of(there + " has no " + controller + " controller (it has: "
                        + String.join(", ", new TreeSet<>(offered)) + ")");
            }
            if (!passed.contains(controller)
                    && !words(there.resolve("cgroup.procs")).isEmpty()) {
                return Optional.of(there + " has processes, so it cannot pass the " + controller
                        + " controller on: give linux.cgroupsPath a place beside them");
            }
        }
        return Optional.empty();
    }

    /// The deepest group that has both the own one and this in it.
    private Path common(Path tree, Path other) {
        Path common = tree;
        for (Path name : tree.relativize(other)) {
            Path deeper = common.resolve(name);
            if (!tree.resolve(own.substring(1)).startsWith(deeper)) {
                break;
            }
            common = deeper;
        }
        return common;
    }

    private static Set<String> controllers(Collection<CgroupPlan.Step.Write> limits) {
        var controllers = new TreeSet<String>();
        for (CgroupPlan.Step.Write limit : limits) {
            String file = String.valueOf(limit.file().getFileName());
            controllers.add(file.substring(0, file.indexOf('.')));
        }
        controllers.remove("cgroup");
        return controllers;
    }

    private static Set<String> words(Path file) {
        try {
            return new TreeSet<>(CgroupHost.words(Files.readString(file)));
        } catch (IOException _) {
            return Set.of(); // not to be read is not to be used
        }
    }
}
