package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a shim leaves behind that has died, or that must be ended since it does not answer: processes, what its
/// runtime knows, its socket. Every step is taken whatever comes of the others.
final class ShimRemains {
    private static final System.Logger LOG = System.getLogger(ShimRemains.class.getName());

    private final ShimTools tools;
    private final ShimContainer container;

    ShimRemains(ShimTools tools, ShimContainer container) {
        this.tools = tools;
        this.container = container;
    }

    /// Ends the container's processes without its shim.
    void kill() throws InterruptedException {
        ShimRecord.@Nullable Processes known = container.record().process();
        if (known != null && !isOfMachine(known)) {
            ShimProcesses.kill(known.pid(), known.start());
        }
        if (container.cgroup().isPresent()) {
            try {
                container.cgroup().get().signal(Signal.KILL);
            } catch (OciException e) {
                LOG.log(System.Logger.Level.WARNING, "processes of " + container.id() + " live: " + e.getMessage());
            }
        }
    }

    /// Whether that pid is of a virtual machine, which other containers need.
    private boolean isOfMachine(ShimRecord.Processes known) {
        @Nullable String sandbox = container.record().annotations().get(ShimCreation.SANDBOX_ID);
        if (container.record().sandbox() || sandbox == null) {
            return false;
        }
        try {
            return ShimRecord.FILE
                    .read(tools.containers().resolve(sandbox))
                    .map(ShimRecord::process)
                    .filter(process -> process.pid() == known.pid())
                    .isPresent();
        } catch (IOException e) {
            return true;
        }
    }

    /// Ends the shim, with all its containers.
    void killShim() {
        ShimRecord.@Nullable Processes known = container.record().process();
        if (known != null) {
            ShimProcesses.kill(known.shim(), known.shimStart());
        }
        ShimProcesses.killIn(container.bundle());
    }

    /// Has the shim's program forget the container; without a living shim only.
    void clean() throws InterruptedException {
        try {
            tools.program().delete(container.id(), container.bundle());
        } catch (OciException | ErrnoException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "what the shim of container " + container.id() + " has left may not be all gone: "
                            + e.getMessage());
        }
        removeSocket();
    }

    /// A shim that is killed leaves it there.
    void removeSocket() {
        @Nullable ShimAddress address = container.record().address();
        if (address == null || served(address)) {
            return;
        }
        try {
            Files.deleteIfExists(Path.of(address.socket()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the socket of a shim stays: " + e.getMessage());
        }
    }

    private boolean served(ShimAddress address) {
        ShimRecord.@Nullable Processes known = container.record().process();
        if (known != null && known.shim() != 0 && !Subreapers.alive(known.shim(), known.shimStart())) {
            return false;
        }
        try {
            tools.links().get(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
