package io.crij.oci.command;

import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.runtime.OciException;
import java.util.Optional;

/// Cgroups of containers that another program makes.
///
/// @param systemd the program has systemd make them
public record ForeignCgroups(CgroupHost host, boolean systemd) {
    /// @param path `cgroupsPath` as it was asked for; empty: none
    public Optional<Cgroup> find(String path) throws OciException {
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
    public String place(String asked) {
        return host.pure() && !systemd ? asked + "/container" : asked;
    }
}
