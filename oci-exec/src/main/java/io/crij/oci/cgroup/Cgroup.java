package io.crij.oci.cgroup;

import io.crij.oci.runtime.OciException;
import io.crij.oci.spec.LinuxResources;
import java.io.IOException;
import java.util.List;

/// The cgroups of one container on this host, by path: everything that Java does with them after (or without) the
/// container's start. Thread-safe but for [#update], which the caller serialises.
public final class Cgroup {
    private final CgroupHost host;
    private final String path;

    /// @param cgroupsPath as given to [CgroupPlan#of]
    public Cgroup(CgroupHost host, String cgroupsPath) {
        this.host = host;
        this.path = cgroupsPath;
    }

    /// Executes a plan's steps and attaches its device filter; undone when one fails.
    public void make(CgroupPlan plan) throws OciException {
        throw unfinished();
    }

    /// Changes limits; when one of them is refused, those changed before get their old values back.
    public void update(LinuxResources resources) throws OciException {
        throw unfinished();
    }

    /// Stops all processes where they are; returns when they have stopped.
    public void freeze() throws OciException, InterruptedException {
        throw unfinished();
    }

    public void thaw() throws OciException {
        throw unfinished();
    }

    public boolean frozen() throws IOException {
        throw unfinished();
    }

    /// Sends a signal to every process, also to those that are forked meanwhile. SIGKILL reaches frozen ones too.
    public void signal(int signal) throws OciException, InterruptedException {
        throw unfinished();
    }

    /// Pids of all processes, those in groups below included. Empty when the group is gone.
    public List<Integer> pids() throws IOException {
        throw unfinished();
    }

    /// Removes the groups, deepest first, also those that the container made; waits a while for the last processes to
    /// go.
    /// Idempotent.
    public void delete() throws OciException, InterruptedException {
        throw unfinished();
    }

    private UnsupportedOperationException unfinished() {
        return new UnsupportedOperationException(host + path);
    }
}
