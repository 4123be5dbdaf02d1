package io.crij.oci.cgroup;

import io.crij.oci.cgroup.CgroupPlan.Step.MakeFolder;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.LinuxResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What has to be done to make a container's cgroups, as plain data.
///
/// With a scope of systemd's, the group of `cgroupsPath` is there when this is done, with the shim in it.
///
/// On a pure version 2 host with [CgroupLayout#WITH_SHIM] the group of the container is `<cgroupsPath>/container`,
/// and `<cgroupsPath>/shim` beside it is for the shim. On version 1 there is one group `<cgroupsPath>` in each tree,
/// and the shim stays where it is.
///
/// @param birth what makes the version 2 group, in this order, before the first process is cloned into it
/// @param steps what makes the version 1 groups, in this order, before the first process joins them
/// @param folders of the container
/// @param shim folder for the shim; version 2 only
/// @param deviceFilter eBPF instructions (`BPF_PROG_TYPE_CGROUP_DEVICE`) for [DeviceFilter]; version 2 only: on
///     version 1 the rules are steps
public record CgroupPlan(
        List<Step> birth, List<Step> steps, CgroupFolders folders, Optional<Path> shim, Optional<byte[]> deviceFilter) {
    /// Controllers that systemd passes on to what it delegates.
    private static final Set<String> SYSTEMDS = Set.of("cpu", "cpuset", "io", "memory", "pids");

    public CgroupPlan {
        birth = List.copyOf(birth);
        steps = List.copyOf(steps);
    }

    /// One small piece of work.
    public sealed interface Step {
        /// mkdir(2), mode 0755; `EEXIST` is fine.
        record MakeFolder(Path path) implements Step {}

        /// Opens the file for writing, writes `value` in one write(2).
        ///
        /// @param property JSON path that asks for it, for messages
        /// @param optional a failure is no error: the file is not in every kernel
        record Write(Path file, String value, String property, boolean optional) implements Step {
            /// What it is for, for messages and listings.
            @Override
            public String toString() {
                return "set " + property + " (" + file + " to " + value.strip() + ")";
            }
        }
    }

    /// Reads what there is of the parents' groups; changes nothing.
    ///
    /// @throws OciException when a value is wrong or this host lacks the controller for it
    public static CgroupPlan of(CgroupFolders folders, LinuxResources resources) throws OciException {
        return folders.host().pure() ? v2(folders, resources) : v1(folders, resources);
    }

    /// The limits alone, for the properties of a scope.
    static List<Write> limits(CgroupFolders folders, LinuxResources resources) throws OciException {
        return V2Limits.writes(folders.v2().orElseThrow(), resources, CurrentValues.NEW_GROUP);
    }

    private static CgroupPlan v2(CgroupFolders folders, LinuxResources resources) throws OciException {
        Path container = folders.v2().orElseThrow();
        List<Write> limits = V2Limits.writes(container, resources, CurrentValues.NEW_GROUP);

        List<Step> steps = new ArrayList<>();
        if (folders.scope().isPresent()) {
            // systemd has put the shim in the scope's own group, which cannot pass controllers on with a process in it
            Path shim = folders.shim().orElseThrow();
            steps.add(new MakeFolder(shim));
            steps.add(new Write(shim.resolve("cgroup.procs"), "0", "linux.cgroupsPath", false));
        }
        steps.addAll(enable(folders, needed(limits, folders.host()), container));
        if (folders.scope().isEmpty()) {
            folders.shim().map(MakeFolder::new).ifPresent(steps::add);
        }
        steps.addAll(limits);
        Optional<byte[]> filter = resources.devices().isEmpty()
                ? Optional.empty()
                : Optional.of(DeviceProgram.compile(resources.devices()));
        return new CgroupPlan(steps, List.of(), folders, folders.shim(), filter);
    }

    private static CgroupPlan v1(CgroupFolders folders, LinuxResources resources) throws OciException {
        List<Write> limits = V1Limits.writes(folders, resources, CurrentValues.NEW_GROUP);
        List<Step> birth = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (Path tree : folders.host().mountPoints()) {
            boolean cpuset = tree.equals(folders.host().hierarchies().get("cpuset"));
            steps.addAll(cpuset ? CpusetParents.make(tree, folders.path()) : make(tree, folders));
        }
        if (folders.v2().isPresent()) {
            Path leaf = folders.v2().get();
            List<Write> unified =
                    limits.stream().filter(w -> w.file().startsWith(leaf)).toList();
            birth.addAll(enable(folders, needed(unified, folders.host()), leaf));
            birth.addAll(unified);
            limits = limits.stream().filter(w -> !w.file().startsWith(leaf)).toList();
        }
        steps.addAll(limits);
        return new CgroupPlan(birth, steps, folders, Optional.empty(), Optional.empty());
    }

    private static List<Step> make(Path tree, CgroupFolders folders) {
        return missing(tree, tree.resolve(folders.path())).stream()
                .<Step>map(MakeFolder::new)
                .toList();
    }

    /// Makes the folders down to `leaf` in the version 2 tree; each above the leaf passes the controllers on. Above a
    /// scope that is systemd's to do, but for controllers that it does not know.
    private static List<Step> enable(CgroupFolders folders, Set<String> needed, Path leaf) {
        CgroupHost host = folders.host();
        Path tree = Optional.ofNullable(host.unified()).orElseThrow();
        Set<String> useful = new TreeSet<>(host.pure() ? host.unifiedControllers() : needed);
        List<Step> steps = new ArrayList<>();
        for (Path folder = tree;
                !folder.equals(leaf);
                folder = folder.resolve(folder.relativize(leaf).getName(0))) {
            boolean systemds = folders.scope().isPresent() && !folder.equals(leaf.getParent());
            if (folders.scope().isEmpty() && !folder.equals(tree) && !Files.isDirectory(folder)) {
                steps.add(new MakeFolder(folder));
            }
            Set<String> enabled = enabled(folder);
            for (String controller : useful) {
                if (systemds && (SYSTEMDS.contains(controller) || !needed.contains(controller))) {
                    continue;
                }
                if (!enabled.contains(controller)) {
                    // one write each: what is refused (cpu with realtime tasks, say) does not take the others with it
                    boolean optional = !needed.contains(controller);
                    if (optional && hasProcesses(folder, tree)) {
                        continue;
                    }
                    steps.add(new Write(
                            folder.resolve("cgroup.subtree_control"), "+" + controller, "linux.resources", optional));
                }
            }
        }
        steps.add(new MakeFolder(leaf));
        return steps;
    }

    /// With one of its own, a group that passes on what threads can have, as pids, takes only groups of threads below.
    private static boolean hasProcesses(Path folder, Path tree) {
        try {
            return !folder.equals(tree)
                    && !Files.readString(folder.resolve("cgroup.procs")).isEmpty();
        } catch (IOException _) {
            return false; // not made yet
        }
    }

    private static Set<String> enabled(Path folder) {
        try {
            return new LinkedHashSet<>(CgroupHost.words(Files.readString(folder.resolve("cgroup.subtree_control"))));
        } catch (IOException _) {
            return Set.of(); // not made yet
        }
    }

    /// The controllers that the limits are files of.
    private static Set<String> needed(Collection<Write> limits, CgroupHost host) throws Unsupported {
        Set<String> needed = new TreeSet<>();
        for (Write limit : limits) {
            String file = String.valueOf(limit.file().getFileName());
            String controller = file.substring(0, file.indexOf('.'));
            if (controller.equals("cgroup") || file.endsWith(".pressure")) {
                continue;
            }
            if (!host.unifiedControllers().contains(controller)) {
                throw new Unsupported(
                        limit.property() + ": cannot write " + file + ": the root of the cgroup tree has no "
                                + controller + " controller (it has: "
                                + String.join(", ", new TreeSet<>(host.unifiedControllers()))
                                + "); enable it on the kernel's command line, or leave that limit out");
            }
            needed.add(controller);
        }
        return needed;
    }

    /// The folders from below `tree` down to `leaf` that do not exist, the leaf always: top-most first.
    static List<Path> missing(Path tree, Path leaf) {
        var missing = new ArrayList<Path>();
        missing.add(leaf);
        for (Path p = leaf.getParent(); p != null && !p.equals(tree) && !Files.isDirectory(p); p = p.getParent()) {
            missing.addFirst(p);
        }
        return missing;
    }
}
