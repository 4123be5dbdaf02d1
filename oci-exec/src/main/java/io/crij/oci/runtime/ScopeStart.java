package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.spec.LinuxResources;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Has systemd make a container's scope while the container's program is compiled, on a thread of its own. Nothing of
/// that for a container without a scope.
final class ScopeStart {
    private final Optional<FutureTask<Boolean>> task;

    /// @param process that is to be in it, begun already
    ScopeStart(Cgroup cgroup, Launch process, String id, LinuxResources limits) {
        if (cgroup.folders().scope().isEmpty()) {
            task = Optional.empty();
            return;
        }
        var begin = new FutureTask<>(() -> {
            cgroup.begin(process::shimPid, "Container " + id + " of cri-j", limits);
            return true;
        });
        Thread.ofVirtual().name("oci-scope").start(begin);
        task = Optional.of(begin);
    }

    /// Returns when the process is in its scope.
    void await() throws OciException, InterruptedException, ErrnoException {
        if (task.isEmpty()) {
            return;
        }
        try {
            task.get().get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case OciException oci -> throw oci;
                case ErrnoException errno -> throw errno;
                case InterruptedException interrupted -> throw interrupted;
                case Error error -> throw error;
                case RuntimeException runtime -> throw runtime;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /// Whatever comes of it: afterwards systemd is not asked for it any more.
    void settle() throws InterruptedException {
        try {
            await();
        } catch (OciException | ErrnoException _) {
            // what the caller gives up for is told already
        }
    }
}
