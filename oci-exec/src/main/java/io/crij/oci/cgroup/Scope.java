package io.crij.oci.cgroup;

import io.crij.linux.CgroupFolder;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.dbus.Property;
import io.crij.linux.dbus.Value;
import io.crij.linux.systemd.ScopeName;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.SystemdException;
import io.crij.oci.cgroup.CgroupPlan.Step.Write;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.Unsupported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The transient scope of one container: systemd makes and removes its cgroup, which is delegated (`Delegate=yes`), so
/// that the groups below it are ours alone (systemd.io/CGROUP_DELEGATION). Thread-safe.
///
/// Properties and not only files: systemd writes what it knows of a unit again, at each `daemon-reload` for one.
public final class Scope {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Systemd systemd;
    private final ScopeName name;
    private final Path folder;

    /// False once it has turned out that the unit of this name is another's.
    private volatile boolean ours = true;

    /// @param folder of its cgroup
    Scope(Systemd systemd, ScopeName name, Path folder) {
        this.systemd = systemd;
        this.name = name;
        this.folder = folder;
    }

    boolean ours() {
        return ours;
    }

    /// Whether systemd can be asked at all, before anything is made.
    public static void check(ScopeName name) throws Unsupported {
        if (!Systemd.booted()) {
            throw new Unsupported("linux.cgroupsPath: " + name.cgroupsPath() + " is meant for systemd, which is not the"
                    + " first process of this machine (there is no /run/systemd/system); use a path such as /kubepods/…/"
                    + name.unit().replaceAll("\\.scope$", ""));
        }
    }

    /// Makes it with this process in it: a scope without one cannot be.
    ///
    /// @param limits of the container's group
    void start(int pid, String description, List<Write> limits) throws OciException, InterruptedException {
        var properties = new ArrayList<Property>();
        properties.add(Property.text("Description", description));
        properties.add(Property.text("Slice", name.slice()));
        properties.add(new Property("PIDs", new Value.Numbers(List.of(pid))));
        properties.add(Property.flag("Delegate", true));
        properties.add(Property.flag("DefaultDependencies", false));
        // else a scope that ended badly would stay until somebody resets it
        properties.add(Property.text("CollectMode", "inactive-or-failed"));
        for (String accounting : List.of("CPUAccounting", "MemoryAccounting", "IOAccounting", "TasksAccounting")) {
            properties.add(Property.flag(accounting, true));
        }
        properties.addAll(ScopeProperties.of(limits));
        try {
            systemd.start(name.unit(), properties);
        } catch (SystemdException e) {
            ours = e.kind() != SystemdException.Kind.EXISTS;
            throw failed(e);
        }
        checkPlace(pid);
    }

    /// systemd may be set up in ways that nobody knows of here.
    private void checkPlace(int pid) throws StepFailed {
        String own;
        try {
            own = Files.readString(Path.of("/proc/" + pid + "/cgroup")).strip();
        } catch (IOException e) {
            throw new StepFailed("process " + pid + " ended while " + name.unit() + " was made", 0, e);
        }
        if (own.lines().noneMatch(line -> line.equals("0::" + name.path()))) {
            throw new StepFailed(
                    "systemd has put " + name.unit() + " to " + own + ", not to 0::" + name.path()
                            + ": is this process in another cgroup namespace than systemd?",
                    0);
        }
    }

    void set(List<Write> limits) throws OciException {
        List<Property> properties = ScopeProperties.of(limits);
        if (properties.isEmpty()) {
            return;
        }
        try {
            systemd.set(name.unit(), properties);
        } catch (SystemdException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted while systemd changed " + name.unit(), 0, e);
        }
    }

    /// Ends the unit, whose processes have ended; also one that systemd has ended already. Idempotent.
    void remove() throws OciException, InterruptedException {
        if (!ours) {
            return;
        }
        try {
            systemd.stop(name.unit());
        } catch (SystemdException e) {
            throw failed(e);
        }
        removeFolder();
    }

    /// systemd has done that, unless it has forgotten the unit before.
    private void removeFolder() throws StepFailed, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                CgroupFolder.removeTree(folder.toString());
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EBUSY || System.nanoTime() > deadline) {
                    throw new StepFailed("cannot remove the cgroup " + folder + ": " + e.getMessage(), e.errno(), e);
                }
            }
            Thread.sleep(2);
        }
    }

    private StepFailed failed(SystemdException e) {
        return new StepFailed("linux.cgroupsPath: " + name.cgroupsPath() + ": " + e.getMessage(), 0, e);
    }

    @Override
    public String toString() {
        return name.unit();
    }
}
