package io.crij.oci.cgroup;

import io.crij.linux.At;
import io.crij.linux.CgroupFolder;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Signal;
import io.crij.linux.systemd.Systemd;
import io.crij.oci.cgroup.CgroupPlan.Step.MakeFolder;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.LinuxResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/// The cgroups of one container on this host: everything that Java does with them, before, after or without the
/// container's own start. Thread-safe but for [#update], which the caller serialises.
public final class Cgroup {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CgroupFolders folders;
    private final Optional<Scope> scope;

    /// @param systemd asked only when the folders are those of a scope
    public Cgroup(CgroupFolders folders, Supplier<Systemd> systemd) {
        this.folders = folders;
        this.scope = folders.scope()
                .map(name -> new Scope(systemd.get(), name, folders.base().orElseThrow()));
    }

    private Freezer freezer() {
        return new Freezer(folders, PATIENCE);
    }

    /// Empty on a host without any that this process could use.
    public Optional<Cgroup> there() {
        return folders.container().isEmpty() ? Optional.empty() : Optional.of(this);
    }

    public CgroupFolders folders() {
        return folders;
    }

    /// Has systemd make the scope, when there is to be one, with this process in it; returns when it is there. Limits
    /// are set here and again by the plan, on the group below.
    ///
    /// @param process gives the pid
    public void begin(ScopedProcess process, String description, LinuxResources resources)
            throws OciException, InterruptedException, ErrnoException {
        if (scope.isPresent()) {
            scope.get().start(process.pid(), description, CgroupPlan.limits(folders, resources));
        }
    }

    /// A process that may still be on its way.
    public interface ScopedProcess {
        int pid() throws ErrnoException;
    }

    /// Gives up what [#begin] made, when all processes have ended, the shim too.
    public void end() throws OciException, InterruptedException {
        if (scope.isPresent()) {
            scope.get().remove();
        }
    }

    /// Executes a plan's steps and attaches its device filter; undone when one fails.
    public void make(CgroupPlan plan) throws OciException, InterruptedException {
        try {
            for (CgroupPlan.Step step : plan.birth()) {
                execute(step);
            }
            for (CgroupPlan.Step step : plan.steps()) {
                execute(step);
            }
            if (plan.deviceFilter().isPresent()) {
                attach(folders.container().getFirst(), plan.deviceFilter().get());
            }
        } catch (OciException e) {
            delete();
            throw e;
        }
    }

    private static void execute(CgroupPlan.Step step) throws OciException {
        switch (step) {
            case MakeFolder(Path path) -> {
                try {
                    At.mkdir(Fd.CWD, path.toString(), 0755);
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.EEXIST) {
                        throw new StepFailed("cannot make the cgroup " + path + ": " + e.getMessage(), e.errno(), e);
                    }
                }
            }
            case Write write -> Writes.execute(write);
        }
    }

    static void attach(Path folder, byte[] filter) throws StepFailed {
        try {
            DeviceFilter.attach(folder, filter);
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "linux.resources.devices: cannot attach the device filter to " + folder + ": " + e.getMessage(),
                    e.errno(),
                    e);
        }
    }

    /// Changes limits; when one of them is refused, those changed before get their old values back.
    public void update(LinuxResources resources) throws OciException {
        new Update(folders, scope).apply(resources);
    }

    /// Stops all processes where they are; returns when they have stopped. Idempotent.
    ///
    /// @throws OciException.TimedOut when some do not stop; all run again then
    public void freeze() throws OciException, InterruptedException {
        freezer().freeze();
    }

    /// Idempotent.
    public void thaw() throws OciException {
        freezer().thaw();
    }

    /// Whether [#freeze] was asked for last.
    public boolean frozen() throws OciException {
        return freezer().frozen();
    }

    /// Sends a signal to every process, those in groups below and those forked meanwhile included. SIGKILL reaches
    /// frozen ones too.
    public void signal(Signal signal) throws OciException, InterruptedException {
        if (signal.equals(Signal.KILL) && killedByKernel()) {
            thawAfterKill();
            return;
        }
        boolean wasFrozen = freezer().frozen();
        freezer().freeze();
        try {
            for (int pid : pids()) {
                send(signal, pid);
            }
        } finally {
            if (!wasFrozen || signal.equals(Signal.KILL)) {
                freezer().thaw();
            }
        }
    }

    /// `cgroup.kill`, Linux 5.14: all at once, so nothing can fork away. It is in the version 2 tree of a hybrid host
    /// too.
    private boolean killedByKernel() throws StepFailed {
        if (folders.v2().isEmpty()) {
            return false;
        }
        try (CgroupFolder folder = CgroupFolder.open(folders.v2().get().toString())) {
            folder.kill();
            return true;
        } catch (ErrnoException e) {
            if (Writes.gone(e)) {
                return false;
            }
            throw new StepFailed(
                    "cannot kill the processes of " + folders.path() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// The version 1 freezer holds killed processes as well.
    private void thawAfterKill() throws OciException {
        if (folders.v1("freezer").isPresent() && freezer().frozen()) {
            freezer().thaw();
        }
    }

    private static void send(Signal signal, int pid) throws StepFailed {
        try {
            signal.send(pid);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw new StepFailed(
                        "cannot send " + signal + " to process " + pid + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }

    /// Pids of all processes, those in groups below included, in ascending order. Empty when the group is gone.
    public List<Integer> pids() throws OciException {
        Path folder = folders.v1("freezer")
                .or(() -> folders.v1("pids"))
                .or(folders::v2)
                .orElseGet(() -> folders.container().getFirst());
        var pids = new TreeSet<Integer>();
        try {
            collect(folder.toString(), pids);
        } catch (ErrnoException e) {
            throw new StepFailed("cannot list the processes of " + folder + ": " + e.getMessage(), e.errno(), e);
        }
        return List.copyOf(pids);
    }

    private static void collect(String path, TreeSet<Integer> pids) throws ErrnoException {
        try (CgroupFolder folder = CgroupFolder.open(path)) {
            folder.tryRead("cgroup.procs")
                    .ifPresent(text -> text.lines()
                            .map(Integer::valueOf)
                            .filter(pid -> pid != 0)
                            .forEach(pids::add));
            for (String child : folder.children()) {
                collect(path + "/" + child, pids);
            }
        } catch (ErrnoException e) {
            if (!Writes.gone(e)) {
                throw e;
            }
        }
    }

    /// Removes the groups, deepest first, those that the container made included; waits a while for the last
    /// processes to go. Idempotent.
    public void delete() throws OciException, InterruptedException {
        delete(false);
    }

    /// The same, but what is in the groups is killed, also what comes into them meanwhile: a process that was on
    /// its way when the one that made it was killed. For groups that nobody else uses.
    public void killAndDelete() throws OciException, InterruptedException {
        delete(true);
    }

    private void delete(boolean kill) throws OciException, InterruptedException {
        if (scope.isPresent() && !scope.get().ours()) {
            return;
        }
        var left = new ArrayList<>(folders.roots());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long pause = 1; ; pause = Math.min(2 * pause, 50)) {
            ErrnoException busy = removeFrom(left);
            if (busy == null) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new StepFailed(
                        "cannot remove the cgroup " + left.getFirst() + " within " + PATIENCE.toSeconds()
                                + " s: processes " + pids() + " are still in it; end them and delete again",
                        busy.errno(),
                        busy);
            }
            if (kill) {
                killIn(left);
            }
            // a group is busy until its last process has been reaped; the kernel tells nobody about that on version 1
            Thread.sleep(pause);
        }
    }

    /// In each hierarchy by itself: a process may be in some of its groups only.
    private static void killIn(List<Path> folders) throws StepFailed {
        var pids = new TreeSet<Integer>();
        for (Path folder : folders) {
            try {
                collect(folder.toString(), pids);
            } catch (ErrnoException e) {
                throw new StepFailed("cannot list the processes of " + folder + ": " + e.getMessage(), e.errno(), e);
            }
        }
        for (int pid : pids) {
            send(Signal.KILL, pid);
        }
    }

    /// Takes what could be removed from the list; returns why something could not be.
    private static @org.jspecify.annotations.Nullable ErrnoException removeFrom(List<Path> left) throws StepFailed {
        ErrnoException busy = null;
        for (var folders = left.iterator(); folders.hasNext(); ) {
            Path folder = folders.next();
            try {
                CgroupFolder.removeTree(folder.toString());
                folders.remove();
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EBUSY && e.errno() != Errno.ENOTEMPTY && e.errno() != Errno.EINTR) {
                    throw new StepFailed("cannot remove the cgroup " + folder + ": " + e.getMessage(), e.errno(), e);
                }
                busy = e;
            }
        }
        return busy;
    }
}
