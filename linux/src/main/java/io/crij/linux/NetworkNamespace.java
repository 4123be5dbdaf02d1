package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.abi.CloneFlags;
import io.crij.linux.abi.Syscall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Network namespaces (network_namespaces(7)) of nobody's: they live as long as something is open on them.
public final class NetworkNamespace {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final short UP_AND_RUNNING = 0x41;
    private static final int SIZE_OF_IFREQ = 40;
    private static final int FLAGS_OF_IFREQ = 16;

    private NetworkNamespace() {}

    /// Makes one whose loopback interface is up. Needs CAP_SYS_ADMIN. This process stays where it is: a thread moves
    /// into it, and ends.
    ///
    /// @return open on it
    public static Fd create() throws ErrnoException {
        var made = new CompletableFuture<Fd>();
        Thread.ofPlatform().name("new-network").start(() -> {
            try {
                made.complete(ofThisThread());
            } catch (ErrnoException | RuntimeException | Error e) {
                made.completeExceptionally(e);
            }
        });
        try {
            // also when interrupted: nobody else would close it
            return made.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ErrnoException errno) {
                throw errno;
            }
            throw e;
        }
    }

    private static Fd ofThisThread() throws ErrnoException {
        Kernel.call(Syscall.UNSHARE, "a network namespace", CloneFlags.CLONE_NEWNET, 0, 0);
        setLoopbackUp();
        return Fd.open("/proc/thread-self/ns/net", O_RDONLY);
    }

    private static void setLoopbackUp() throws ErrnoException {
        int datagram = SOCK_DGRAM | SOCK_CLOEXEC;
        try (Fd socket = new Fd(Kernel.call(Syscall.SOCKET, "AF_INET", AF_INET, datagram, 0));
                Scratch memory = Scratch.take()) {
            long request = memory.zeroed(SIZE_OF_IFREQ);
            memory.putInt(request, 'l' | 'o' << 8);
            memory.putInt(request + FLAGS_OF_IFREQ, UP_AND_RUNNING);
            Kernel.on(Syscall.IOCTL, socket, "lo", SIOCSIFFLAGS, request, 0, 0);
        }
    }
}
