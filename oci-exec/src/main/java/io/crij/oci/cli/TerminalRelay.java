package io.crij.oci.cli;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pty;
import io.crij.linux.TerminalMode;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// Joins the standard streams of this command to the terminal of a process. When they are a terminal themselves, it is
/// in raw mode meanwhile and its size is that of the process's too.
///
/// One daemon thread reads standard input; [#pass] is for one thread.
final class TerminalRelay implements AutoCloseable {
    private static final int PIECE = 32 * 1024;

    private final Fd console;
    private final @Nullable TerminalMode mode;
    private final Fd out = Fd.adopt(1);
    private final byte[] buffer = new byte[PIECE];

    /// @param console master of the process's terminal, which stays the caller's
    TerminalRelay(Fd console) throws ErrnoException {
        this.console = console;
        mode = own();
        if (mode != null) {
            mode.raw();
            resize(mode);
            Signal.handle(new Signal("WINCH"), _ -> resize(mode));
        }
        Thread.ofPlatform().daemon().name("stdin").start(this::type);
    }

    private static @Nullable TerminalMode own() throws ErrnoException {
        try {
            return new TerminalMode(0);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOTTY || e.errno() == Errno.ENXIO || e.errno() == Errno.EACCES) {
                return null;
            }
            throw e;
        }
    }

    /// The descriptor stays the shim's: the Pty is not closed.
    @SuppressWarnings("resource")
    private void resize(TerminalMode terminal) {
        try {
            new Pty(console).resize(terminal.size());
        } catch (ErrnoException e) {
            // it keeps the size that it has
        }
    }

    Fd console() {
        return console;
    }

    /// Passes on what the process has written, which is there.
    ///
    /// @return false when there is no more to come
    boolean pass() throws ErrnoException {
        int got;
        try {
            got = console.read(buffer);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EIO) {
                return false; // nobody has the other side open any more
            }
            throw e;
        }
        out.write(buffer, 0, got);
        return got > 0;
    }

    private void type() {
        byte[] typed = new byte[PIECE];
        Fd in = Fd.adopt(0);
        try {
            for (int got = in.read(typed); got > 0; got = in.read(typed)) {
                console.write(typed, 0, got);
            }
        } catch (ErrnoException e) {
            // one of the two has ended
        }
    }

    @Override
    public void close() {
        if (mode == null) {
            return;
        }
        try {
            mode.restore();
        } catch (ErrnoException e) {
            System.err.println("the terminal keeps its mode (try: reset): " + e.getMessage());
        }
        mode.close();
    }
}
