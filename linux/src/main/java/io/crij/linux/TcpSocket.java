package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.net.Inet4Address;
import java.net.InetAddress;

/// A TCP socket that never blocks (tcp(7)). It belongs to the network namespace that it was made in, wherever it is
/// used
/// later: so a process can make one and pass it on. Wait for readiness with [Epoll].
public final class TcpSocket implements AutoCloseable {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    /// Type for socket(2): a stream, non-blocking, close-on-exec.
    public static final int TYPE = 1 | 0x800 | 0x80000;

    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;

    private final Fd fd;

    /// Takes over a socket of [#TYPE].
    public TcpSocket(Fd fd) {
        this.fd = fd;
    }

    /// Makes one in this process's own network namespace.
    ///
    /// @param family [#AF_INET] or [#AF_INET6]
    public static TcpSocket open(int family) throws ErrnoException {
        return new TcpSocket(new Fd(Kernel.call(Syscall.SOCKET, "new socket", family, TYPE, 0)));
    }

    /// Stays ours.
    public Fd fd() {
        return fd;
    }

    /// Begins to connect. The address is of the socket's family.
    ///
    /// @return false while it goes on: when the socket can be written, [#finishConnect] tells how it went
    public boolean connect(InetAddress address, int port) throws ErrnoException {
        byte[] bytes = address.getAddress();
        boolean four = address instanceof Inet4Address;
        try (Scratch memory = Scratch.take()) {
            long struct = memory.zeroed(28);
            memory.putShort(struct, (short) (four ? AF_INET : AF_INET6));
            memory.copyIn(struct + 2, new byte[] {(byte) (port >> 8), (byte) port}, 0, 2);
            memory.copyIn(struct + (four ? 4 : 8), bytes, 0, bytes.length);
            long result = Kernel.attemptOn(Syscall.CONNECT, fd, struct, four ? 16 : 28, 0, 0);
            if (result == -Errno.EINPROGRESS) {
                return false;
            }
            Kernel.check(result, Syscall.CONNECT, address.getHostAddress() + " port " + port);
            return true;
        }
    }

    /// Fails with what became of [#connect].
    public void finishConnect() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long value = memory.zeroed(8);
            long size = memory.reserve(8);
            memory.putInt(size, 4);
            Kernel.on(Syscall.GETSOCKOPT, fd, fd, SOL_SOCKET, SO_ERROR, value, size);
            if (memory.intAt(value) != 0) {
                throw new ErrnoException("connect", memory.intAt(value), fd.toString());
            }
        }
    }

    /// Small writes go out at once.
    public void noDelay() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long value = memory.zeroed(8);
            memory.putInt(value, 1);
            Kernel.on(Syscall.SETSOCKOPT, fd, fd, IPPROTO_TCP, TCP_NODELAY, value, 4);
        }
    }

    /// Ends writing: the other end reads the rest, then the end.
    public void shutdownOutput() throws ErrnoException {
        Kernel.on(Syscall.SHUTDOWN, fd, 1, 0);
    }

    @Override
    public void close() {
        fd.close();
    }
}
