package io.crij.linux;

import io.crij.linux.abi.FileFlags;
import io.crij.linux.abi.Syscall;

/// The mode of the terminal that this process was started at (termios(3)).
public final class TerminalMode implements AutoCloseable {
    private static final long TCGETS = 0x5401;
    private static final long TCSETSW = 0x5403;
    private static final int SIZE = 36;
    private static final int INPUT = 0;
    private static final int OUTPUT = 4;
    private static final int CONTROL = 8;
    private static final int LOCAL = 12;
    private static final int CHARACTERS = 17;
    // as cfmakeraw(3) has them
    private static final int RAW_INPUT = ~(1 | 2 | 8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400);
    private static final int RAW_OUTPUT = ~1;
    private static final int RAW_CONTROL = ~(0x30 | 0x100);
    private static final int EIGHT_BITS = 0x30;
    private static final int RAW_LOCAL = ~(8 | 0x40 | 2 | 1 | 0x8000);
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    private final Fd terminal;
    private final byte[] found;

    /// Takes hold of the terminal at a descriptor of this process, and remembers its mode.
    ///
    /// @param number 0, 1 or 2
    public TerminalMode(int number) throws ErrnoException {
        terminal = Fd.open("/proc/self/fd/" + number, FileFlags.O_RDWR | FileFlags.O_NOCTTY);
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(64);
            Kernel.on(Syscall.IOCTL, terminal, TCGETS, struct);
            found = memory.copyOut(struct, SIZE);
        } catch (ErrnoException e) {
            terminal.close();
            throw e;
        }
    }

    /// Every byte comes and goes as it is: no echo, no lines, no signals.
    public void raw() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(64);
            memory.copyIn(struct, found, 0, SIZE);
            memory.putInt(struct + INPUT, memory.intAt(struct + INPUT) & RAW_INPUT);
            memory.putInt(struct + OUTPUT, memory.intAt(struct + OUTPUT) & RAW_OUTPUT);
            memory.putInt(struct + CONTROL, memory.intAt(struct + CONTROL) & RAW_CONTROL | EIGHT_BITS);
            memory.putInt(struct + LOCAL, memory.intAt(struct + LOCAL) & RAW_LOCAL);
            memory.copyIn(struct + CHARACTERS + VTIME, new byte[] {0}, 0, 1);
            memory.copyIn(struct + CHARACTERS + VMIN, new byte[] {1}, 0, 1);
            Kernel.on(Syscall.IOCTL, terminal, TCSETSW, struct);
        }
    }

    /// Back to the mode that was found.
    public void restore() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(64);
            memory.copyIn(struct, found, 0, SIZE);
            Kernel.on(Syscall.IOCTL, terminal, TCSETSW, struct);
        }
    }

    public WindowSize size() throws ErrnoException {
        // the descriptor stays ours: the Pty must not be closed
        @SuppressWarnings("resource")
        var pty = new Pty(terminal);
        return pty.size();
    }

    @Override
    public void close() {
        terminal.close();
    }
}
