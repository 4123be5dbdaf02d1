package io.crij.oci.program;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.Spawn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// A process of [Init] that comes to be while its program is made: to start one takes about as long as to compile a
/// container's program. It waits for the program, and ends when its maker ends before.
public final class Begun {
    private final Fd file;
    private final Fd whole;
    private final CompletableFuture<Integer> pid = new CompletableFuture<>();

    /// @param spawn run on a thread of its own
    /// @param file empty, for the program
    Begun(Spawn spawn, Fd file, Fd whole) {
        this.file = file;
        this.whole = whole;
        Thread.ofVirtual().name("oci-spawn").start(() -> {
            try {
                pid.complete(spawn.start());
            } catch (ErrnoException | RuntimeException | Error e) {
                pid.completeExceptionally(e);
            }
        });
    }

    /// The process, which is to be reaped. Waits until it is there, also when interrupted: that is short.
    public int pid() throws ErrnoException {
        try {
            return pid.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case ErrnoException errno -> throw errno;
                case Error error -> throw error;
                case RuntimeException runtime -> throw runtime;
                case null, default -> throw e;
            }
        }
    }

    /// Gives the process its program, once.
    public void run(Program program) throws ErrnoException {
        pid();
        file.write(program.image());
        Memfd.seal(file);
        file.close();
        whole.write(new byte[] {1});
    }

    /// Without a program: the process is the caller's to kill.
    public void giveUp() {
        file.close();
    }
}
