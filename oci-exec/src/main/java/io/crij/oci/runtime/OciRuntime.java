package io.crij.oci.runtime;

import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import java.util.List;

/// A low-level runtime: makes containers from OCI runtime-spec configurations and acts on them by id. The verbs are
/// those of runtime-spec "Operations" and of the runc command line.
///
/// Thread-safe; verbs on one container are serialised by the implementation, verbs on different ones run side by
/// side. Every verb blocks until done; interrupting the calling thread gives a create or exec up and undoes it.
public interface OciRuntime {
    /// Creates the container. Its first process is set up completely and waits for [#start].
    Shim create(CreateRequest request) throws OciException, InterruptedException;

    /// Lets the waiting process execute the user's program.
    void start(String id) throws OciException, InterruptedException;

    /// @param signal number of the signal
    /// @param all every process of the container's cgroup instead of the first process only
    void kill(String id, int signal, boolean all) throws OciException;

    /// Removes what is left of a container: cgroup, state. With `force` kills it first and an unknown id is no error.
    void delete(String id, boolean force) throws OciException, InterruptedException;

    ContainerState state(String id) throws OciException;

    /// Starts one more process in a created or running container.
    Shim exec(String id, Process process, Stdio stdio) throws OciException, InterruptedException;

    /// As [#exec], and nothing of the runtime stays: the process becomes a child of the nearest subreaper. For runtimes
    /// that leave something behind.
    default Shim execDetached(String id, Process process, Stdio stdio) throws OciException, InterruptedException {
        return exec(id, process, stdio);
    }

    void pause(String id) throws OciException;

    void resume(String id) throws OciException;

    /// Changes the limits given; all of them or none.
    void update(String id, LinuxResources resources) throws OciException;

    /// Host pids of the container's processes.
    List<Integer> pids(String id) throws OciException;

    /// Where the container's processes are counted and limited.
    default CgroupFolders cgroups(String id) throws OciException {
        throw new OciException.Unsupported("container " + id + ": this runtime does not say where its cgroups are");
    }

    /// Takes the shim of a container over after a restart of this process.
    Shim reopen(String id) throws OciException;
}
