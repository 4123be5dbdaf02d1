package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import java.time.Instant;
import java.util.Optional;

/// The pause of a sandbox. It has no shim and no streams; how it ended the kernel tells (6.15), else it is unknown.
final class PauseProcess implements Shim {
    private static final int UNKNOWN = 255;

    private final Pidfd pidfd;

    PauseProcess(int pid) throws ErrnoException {
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
        return Optional.empty();
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
                    .map(exit -> new ExitStatus(exit.shellCode(), Instant.now(), true))
                    .orElseGet(() -> new ExitStatus(UNKNOWN, Instant.now(), false)));
        } catch (ErrnoException e) {
            return Optional.of(new ExitStatus(UNKNOWN, Instant.now(), false));
        }
    }

    @Override
    public void closeStdin() {}

    @Override
    public void release() {}

    @Override
    public void close() {
        pidfd.close();
    }
}
