package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_NOCTTY;
import static io.crij.linux.abi.FileFlags.O_RDWR;

import io.crij.linux.abi.Syscall;

/// A pseudo terminal, known by its master's descriptor (pty(7), ioctl_tty(2)).
public final class Pty implements AutoCloseable {
    private static final long TIOCGWINSZ = 0x5413;
    private static final long TIOCSWINSZ = 0x5414;
    private static final long TIOCSPTLCK = 0x40045431;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCGPTPEER = 0x5441;

    private final Fd master;

    /// Takes over a master, such as one received from a child.
    public Pty(Fd master) {
        this.master = master;
    }

    /// Makes one in the devpts of `/dev/ptmx`, unlocked.
    public static Pty open() throws ErrnoException {
        Pty pty = new Pty(Fd.open("/dev/ptmx", O_RDWR | O_NOCTTY));
        try (Scratch memory = Scratch.take()) {
            Kernel.on(Syscall.IOCTL, pty.master, TIOCSPTLCK, memory.zeroed(8));
            return pty;
        } catch (ErrnoException e) {
            pty.close();
            throw e;
        }
    }

    /// For [Epoll], reading and writing. Stays ours.
    public Fd master() {
        return master;
    }

    /// N of `/dev/pts/N` in the devpts it belongs to.
    public int number() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long number = memory.zeroed(8);
            Kernel.on(Syscall.IOCTL, master, TIOCGPTN, number);
            return memory.intAt(number);
        }
    }

    /// The other side, for the process; opened through the master, so that no mounted devpts can give another one.
    public Fd peer() throws ErrnoException {
        return new Fd(Kernel.on(Syscall.IOCTL, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    }

    /// Sets the size; the foreground processes get SIGWINCH.
    public void resize(WindowSize size) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(8);
            memory.putShort(struct, (short) size.rows());
            memory.putShort(struct + 2, (short) size.columns());
            Kernel.on(Syscall.IOCTL, master, TIOCSWINSZ, struct);
        }
    }

    public WindowSize size() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(8);
            Kernel.on(Syscall.IOCTL, master, TIOCGWINSZ, struct);
            return new WindowSize(
                    Short.toUnsignedInt(memory.shortAt(struct)), Short.toUnsignedInt(memory.shortAt(struct + 2)));
        }
    }

    @Override
    public void close() {
        master.close();
    }
}
