package io.crij.linux;

import io.crij.linux.abi.Syscall;

/// A unix socket that clients connect to. Closing leaves its file: unlink it before a new one is bound.
public final class UnixListener implements AutoCloseable {
    private static final int BACKLOG = 128;

    private final Fd fd;

    /// Takes over a listening socket, such as one of systemd's socket activation.
    public UnixListener(Fd fd) {
        this.fd = fd;
    }

    /// Fails with `EADDRINUSE` when the file exists. The socket's permissions follow the JVM's umask: make it in a
    /// folder that only those may enter who may connect.
    public static UnixListener bind(String path, UnixSocket.Kind kind) throws ErrnoException {
        Fd fd = new Fd(Kernel.call(Syscall.SOCKET, path, UnixSocket.AF_UNIX, kind.number | UnixSocket.CLOEXEC, 0));
        try (UnixAddress address = UnixAddress.of(path)) {
            Kernel.on(Syscall.BIND, fd, path, address.pointer(), address.length(), 0, 0);
            Kernel.on(Syscall.LISTEN, fd, path, BACKLOG, 0, 0, 0);
            return new UnixListener(fd);
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Becomes readable when a client connects; for [Epoll]. Stays ours.
    public Fd fd() {
        return fd;
    }

    /// Waits for a client. Blocks: on a platform thread; close does not wake it.
    public UnixSocket accept() throws ErrnoException {
        return new UnixSocket(new Fd(Kernel.retryOn(Syscall.ACCEPT4, fd, 0, 0, UnixSocket.CLOEXEC, 0)));
    }

    @Override
    public void close() {
        fd.close();
    }
}
