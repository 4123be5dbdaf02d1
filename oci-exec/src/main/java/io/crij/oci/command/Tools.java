package io.crij.oci.command;

import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Subreapers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What every verb of a [CommandRuntime] uses.
///
/// @param containers folder with a folder for each container
/// @param own folder for what belongs to no container: sockets of terminals, the pause
record Tools(CommandSettings settings, Path containers, Path own, Subreapers subreapers, CgroupHost host) {
    RuntimeCall call(String id, Path folder, String... verb) {
        return new RuntimeCall(settings, subreapers, id, folder, List.of(verb));
    }

    ForeignCgroups cgroups() {
        return new ForeignCgroups(host, settings.systemdCgroup());
    }

    /// @param path `cgroupsPath` as it was asked for; empty: none
    Optional<Cgroup> cgroup(String path) throws OciException {
        return cgroups().find(path);
    }
}
