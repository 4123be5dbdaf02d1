package io.crij.shim;

import io.crij.linux.Directory;
import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.command.HostRootfs;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One delete: the container's end, then the shim's knowledge of it, with the last container the shim itself, then
/// what is ours. A shim that does not answer is ended when its sandbox or its last container is deleted; before, others
/// depend on it: then the delete fails, but leaves neither process nor mount, and can be repeated.
final class ShimDeletion {
    private static final System.Logger LOG = System.getLogger(ShimDeletion.class.getName());

    private final ShimTools tools;
    private final ShimContainer container;
    private final boolean last;
    private final ShimRemains remains;

    /// @param last no other container is behind this shim
    ShimDeletion(ShimTools tools, ShimContainer container, boolean last) {
        this.tools = tools;
        this.container = container;
        this.last = last;
        this.remains = new ShimRemains(tools, container);
    }

    void run() throws OciException, InterruptedException {
        try {
            try {
                if (container.record().address() == null) {
                    endHalfMade();
                } else {
                    endProcess();
                    forget();
                }
            } finally {
                if (container.record().mounted()) {
                    HostRootfs.unmount(container.bundle());
                }
            }
            if (container.cgroup().isPresent()) {
                container.cgroup().get().delete();
            }
            Subreaper.@Nullable Handle holder = container.record().holder();
            if (holder != null) {
                tools.subreapers().endAlone(holder);
            }
            container.letGo();
            Directory.deleteTree(container.bundle().toString());
            ShimContainer.removeFiles(container.folder());
        } catch (IOException e) {
            throw new StepFailed("cannot delete container " + container.id() + ": " + e.getMessage(), 0, e);
        }
    }

    /// The monitor was killed while it started the shim.
    private void endHalfMade() throws OciException, InterruptedException {
        remains.killShim();
        remains.clean();
        if (container.cgroup().isPresent()) {
            container.cgroup().get().killAndDelete();
        }
    }

    private void endProcess() throws InterruptedException {
        if (container.exit().isPresent()) {
            return;
        }
        try {
            container.task().kill("", Signal.KILL.number(), true);
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "its end is on its way, or its shim is ill: " + e.getMessage());
        }
        if (container.record().process() != null
                && !container.ended.await(tools.settings().millis(), TimeUnit.MILLISECONDS)) {
            remains.kill();
        }
        container.end(ExitStatus.unseen("it was killed, and its shim did not say how it ended"));
    }

    private void forget() throws OciException, ErrnoException, InterruptedException {
        try {
            container.deleteTask();
            if (last) {
                container.task().shutdown();
                awaitShim();
                remains.removeSocket();
            }
        } catch (OciException e) {
            remains.kill();
            if (!last && !container.record().sandbox() && shimAlive()) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; the shim is ended without being asked");
            remains.killShim();
            remains.clean();
        }
    }

    private boolean shimAlive() {
        ShimRecord.@Nullable Processes known = container.record().process();
        return known != null && known.shim() != 0 && Subreapers.alive(known.shim(), known.shimStart());
    }

    /// It ends after its answer; one that does not is killed.
    private void awaitShim() throws ErrnoException, InterruptedException {
        ShimRecord.@Nullable Processes known = container.record().process();
        if (known == null || !shimAlive()) {
            return;
        }
        try (var pidfd = new Pidfd(known.shim())) {
            if (shimAlive()
                    && !tools.subreapers().await(pidfd.fd(), tools.settings().time())) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the shim of " + container.id() + " has no containers and does not end; it is killed");
                remains.killShim();
            }
        } catch (ErrnoException e) {
            if (e.errno() != io.crij.linux.Errno.ESRCH) {
                throw e;
            }
        }
    }
}
