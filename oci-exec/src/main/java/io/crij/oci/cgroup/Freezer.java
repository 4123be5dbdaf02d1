package io.crij.oci.cgroup;

import io.crij.linux.ErrnoException;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import java.nio.file.Path;
import java.time.Duration;

/// Stops the processes of a container and lets them go on: version 1's freezer where there is one, else version 2's
/// `cgroup.freeze`.
final class Freezer {
    private final Path file;
    private final Path state;
    private final String freeze;
    private final String thaw;
    private final String frozen;
    private final Duration patience;

    Freezer(CgroupFolders folders, Duration patience) {
        boolean v1 = folders.v1("freezer").isPresent();
        Path folder = folders.v1("freezer")
                .or(folders::v2)
                .orElseGet(() -> folders.container().getFirst());
        this.file = folder.resolve(v1 ? "freezer.state" : "cgroup.freeze");
        this.state = folder.resolve(v1 ? "freezer.state" : "cgroup.events");
        this.freeze = v1 ? "FROZEN" : "1";
        this.thaw = v1 ? "THAWED" : "0";
        this.frozen = v1 ? "FROZEN" : "frozen 1";
        this.patience = patience;
    }

    void freeze() throws OciException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        set(freeze);
        while (!Writes.tryRead(state).orElse(frozen).contains(frozen)) {
            if (System.nanoTime() > deadline) {
                set(thaw);
                throw new TimedOut("freezing the processes of " + file.getParent(), patience);
            }
            Thread.sleep(1);
            // version 1 may miss a process that is forked or moved in meanwhile; asked again it looks again
            set(freeze);
        }
    }

    void thaw() throws OciException {
        set(thaw);
    }

    /// Asked for or reached: a version 1 group says FREEZING in between.
    boolean frozen() {
        String now = Writes.tryRead(file).orElse(thaw);
        return !now.equals(thaw);
    }

    private void set(String value) throws StepFailed {
        try {
            Writes.write(file, value);
        } catch (ErrnoException e) {
            if (!Writes.gone(e)) {
                throw new StepFailed("cannot write " + value + " to " + file + ": " + e.getMessage(), e.errno(), e);
            }
        }
    }
}
