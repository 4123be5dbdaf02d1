package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A process without a shim: the pause of a sandbox, or one that its creator's subreaper looks after. It has no streams
/// of ours; how it ended the kernel tells (6.15), else it is unknown.
final class LoneProcess implements Shim {
    private static final String UNSEEN = "its parent does not say how it ended";

    private final Pidfd pidfd;
    private final @Nullable Fd console;

    LoneProcess(int pid) throws ErrnoException {
        this(pid, null);
    }

    /// @param console master of its terminal, taken over
    LoneProcess(int pid, @Nullable Fd console) throws ErrnoException {
        this.console = console;
        pidfd = new Pidfd(pid);
    }

    @Override
    public int pid() {
        return pidfd.pid();
    }

    @Override
    public Optional<Fd> stdin() {
        return Optional.empty();
    }

    @Override
    public Optional<Fd> stdout() {
        return Optional.empty();
    }

    @Override
    public Optional<Fd> stderr() {
        return Optional.empty();
    }

    @Override
    public Optional<Fd> console() {
        return Optional.ofNullable(console);
    }

    @Override
    public Fd exited() {
        return pidfd.fd();
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        try {
            if (pidfd.alive()) {
                return Optional.empty();
            }
            return Optional.of(pidfd.exitAfterReaping()
                    .map(exit -> new ExitStatus(exit.shellCode(), Instant.now()))
                    .orElseGet(() -> ExitStatus.unseen(UNSEEN)));
        } catch (ErrnoException e) {
            return Optional.of(ExitStatus.unseen(UNSEEN));
        }
    }

    @Override
    public void closeStdin() {}

    @Override
    public void release() {}

    @Override
    public void close() {
        pidfd.close();
        if (console != null) {
            console.close();
        }
    }
}
