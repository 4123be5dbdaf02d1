package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.ArrayList;
import java.util.List;

/// A connected unix socket that can pass descriptors (unix(7)). Calls block: use them on platform threads, or make
/// the descriptor non-blocking and watch it with [Epoll]. For data without descriptors use [Fd#read] and
/// [Fd#write] of [#fd].
public final class UnixSocket implements AutoCloseable {
    static final int AF_UNIX = 1;
    static final int CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final long MSG_NOSIGNAL = 0x4000;
    private static final long MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_CTRUNC = 8;

    /// The most descriptors that the kernel takes in one message.
    public static final int MOST_DESCRIPTORS = 253;

    private final Fd fd;

    /// Takes over a connected socket.
    public UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /// How bytes travel.
    public enum Kind {
        STREAM(1),
        /// Keeps the borders of messages.
        SEQPACKET(5);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /// Two sockets connected to each other.
    public record Pair(UnixSocket first, UnixSocket second) implements AutoCloseable {
        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    /// What came in: bytes, and descriptors that the receiver owns now.
    public record Message(byte[] bytes, List<Fd> descriptors) implements AutoCloseable {
        @Override
        public void close() {
            descriptors.forEach(Fd::close);
        }
    }

    public static Pair pair(Kind kind) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long ends = memory.reserve(8);
            Kernel.call(Syscall.SOCKETPAIR, "new pair", AF_UNIX, kind.number | CLOEXEC, 0, ends, 0);
            return new Pair(new UnixSocket(new Fd(memory.intAt(ends))), new UnixSocket(new Fd(memory.intAt(ends + 4))));
        }
    }

    public static UnixSocket connect(String path, Kind kind) throws ErrnoException {
        Fd fd = new Fd(Kernel.call(Syscall.SOCKET, path, AF_UNIX, kind.number | CLOEXEC, 0));
        try (UnixAddress address = UnixAddress.of(path)) {
            Kernel.on(Syscall.CONNECT, fd, path, address.pointer(), address.length(), 0, 0);
            return new UnixSocket(fd);
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /// Stays ours.
    public Fd fd() {
        return fd;
    }

    /// Who is at the other end; of a listener's client the one who called connect.
    public PeerCredentials peer() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long value = memory.zeroed(16);
            long size = memory.reserve(8);
            memory.putInt(size, 12);
            Kernel.on(Syscall.GETSOCKOPT, fd, fd, SOL_SOCKET, SO_PEERCRED, value, size);
            return new PeerCredentials(memory.intAt(value), memory.intAt(value + 4), memory.intAt(value + 8));
        }
    }

    /// Sends bytes (at least one) with descriptors, which stay the caller's too. On a stream all bytes are sent,
    /// the descriptors with the first part.
    public void send(byte[] bytes, List<Fd> descriptors) throws ErrnoException {
        List<Fd> held = new ArrayList<>();
        try (Scratch memory = Scratch.take(bytes.length + 4096)) {
            long data = memory.bytes(bytes, 0, bytes.length);
            long control = memory.zeroed(16 + 4 * descriptors.size());
            for (Fd descriptor : descriptors) {
                memory.putInt(control + 16 + 4L * held.size(), descriptor.acquire());
                held.add(descriptor);
            }
            memory.putLong(control, 16 + 4L * held.size());
            memory.putInt(control + 8, SOL_SOCKET);
            memory.putInt(control + 12, SCM_RIGHTS);
            for (int done = 0; done < bytes.length; ) {
                int controlSize = done == 0 && !held.isEmpty() ? (16 + 4 * held.size() + 7) & ~7 : 0;
                long header = header(memory, data + done, bytes.length - done, control, controlSize);
                done += (int) Kernel.retryOn(Syscall.SENDMSG, fd, header, MSG_NOSIGNAL, 0, 0);
            }
        } finally {
            held.forEach(Fd::release);
        }
    }

    /// Receives at most `most` bytes and the descriptors that came with them. No bytes: the other end has closed.
    public Message receive(int most) throws ErrnoException {
        int controlSize = 16 + 4 * MOST_DESCRIPTORS + 4;
        try (Scratch memory = Scratch.take(most + 4096)) {
            long data = memory.reserve(most);
            long control = memory.zeroed(controlSize);
            long header = header(memory, data, most, control, controlSize);
            int size = (int) Kernel.retryOn(Syscall.RECVMSG, fd, header, MSG_CMSG_CLOEXEC, 0, 0);
            List<Fd> descriptors = descriptors(memory, control, memory.longAt(header + 40));
            if ((memory.intAt(header + 48) & MSG_CTRUNC) != 0) {
                descriptors.forEach(Fd::close);
                throw new ErrnoException(
                        "recvmsg", Errno.EMFILE, fd + " (descriptors were lost: is the limit of open files reached?)");
            }
            return new Message(memory.copyOut(data, size), descriptors);
        }
    }

    private static List<Fd> descriptors(Scratch memory, long control, long size) {
        List<Fd> descriptors = new ArrayList<>();
        for (long at = control; at + 16 <= control + size; ) {
            long length = memory.longAt(at);
            if (length < 16) {
                break;
            }
            if (memory.intAt(at + 8) == SOL_SOCKET && memory.intAt(at + 12) == SCM_RIGHTS) {
                for (long number = at + 16; number + 4 <= at + length; number += 4) {
                    descriptors.add(new Fd(memory.intAt(number)));
                }
            }
            at += (length + 7) & ~7;
        }
        return descriptors;
    }

    /// Writes a `struct msghdr` with one `struct iovec`.
    private static long header(Scratch memory, long data, int size, long control, int controlSize) {
        long vector = memory.reserve(16);
        memory.putLong(vector, data);
        memory.putLong(vector + 8, size);
        long header = memory.zeroed(56);
        memory.putLong(header + 16, vector);
        memory.putLong(header + 24, 1);
        memory.putLong(header + 32, controlSize == 0 ? 0 : control);
        memory.putLong(header + 40, controlSize);
        return header;
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
