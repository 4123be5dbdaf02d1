package io.crij.oci.command;

import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
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

    /// @param path `cgroupsPath` as it was asked for; empty: none
    Optional<Cgroup> cgroup(String path) throws OciException {
        if (path.isEmpty()) {
            return Optional.empty();
        }
        CgroupFolders asked = CgroupFolders.of(host, path, CgroupLayout.WITH_SHIM);
        // a scope is the runtime's: it has it made and removed, and puts processes into it, not below
        CgroupFolders folders = asked.scope().isPresent()
                ? new CgroupFolders(host, asked.path(), CgroupLayout.PLAIN, Optional.empty())
                : asked;
        return Optional.of(new Cgroup(folders, () -> {
            throw new IllegalStateException("the scope of " + path + " is the runtime's");
        }));
    }

    /// What the runtime is to make its cgroup at. On version 2 that is below the one asked for, as for containers
    /// of our own: who reads statistics need not know whose container it is.
    String cgroupsPath(String asked) {
        return host.pure() && !settings.systemdCgroup() ? asked + "/container" : asked;
    }
}
