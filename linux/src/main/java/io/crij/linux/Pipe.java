package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;

import io.crij.linux.abi.Syscall;

/// The two ends of a pipe; closing closes both.
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
    public static Pipe open() throws ErrnoException {
        return open(0);
    }

    /// @param flags `O_NONBLOCK`, `O_DIRECT` or 0; `O_CLOEXEC` is added
    public static Pipe open(int flags) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long ends = memory.reserve(8);
            Kernel.call(Syscall.PIPE2, "new pipe", ends, flags | O_CLOEXEC, 0);
            return new Pipe(new Fd(memory.intAt(ends)), new Fd(memory.intAt(ends + 4)));
        }
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
    }
}
