package io.crij.oci.cgroup;

import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.LinuxResources;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What has to be done to make a container's cgroups, as plain data.
///
/// On a pure version 2 host the group of the container is `<cgroupsPath>/container`, and `<cgroupsPath>/shim` beside it
/// is
/// for the shim; on version 1 there is one group `<cgroupsPath>` in each hierarchy, and the shim stays where it is.
///
/// @param steps in this order, before the first process joins
/// @param container folders whose `cgroup.procs` each process of the container is written to; on version 2 exactly one,
///     which can also be the target of `CLONE_INTO_CGROUP`
/// @param shim folder for the shim; version 2 only
/// @param deviceFilter eBPF instructions (`BPF_PROG_TYPE_CGROUP_DEVICE`) to attach to the container's group; version 2
///     only: on version 1 the rules are steps
public record CgroupPlan(List<Step> steps, List<Path> container, Optional<Path> shim, Optional<byte[]> deviceFilter) {
    public CgroupPlan {
        steps = List.copyOf(steps);
        container = List.copyOf(container);
    }

    /// One system call's worth of work.
    public sealed interface Step {
        /// mkdir(2), mode 0755; `EEXIST` is fine.
        record MakeFolder(Path path) implements Step {}

        /// Opens the file for writing, writes `value` in one write(2).
        ///
        /// @param property JSON path that asks for it, for messages
        /// @param optional a failure is no error: the kernel decides itself, or the file is not in every kernel
        record Write(Path file, String value, String property, boolean optional) implements Step {}
    }

    /// @param cgroupsPath of the specification; absolute or relative, both below the root of the tree
    /// @throws OciException when a value is wrong or this host lacks the controller for it
    public static CgroupPlan of(CgroupHost host, String cgroupsPath, LinuxResources resources) throws OciException {
        throw new UnsupportedOperationException(host + " " + cgroupsPath + " " + resources);
    }
}
