package io.crij.server.streaming;

import io.crij.linux.ChildExit;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.TcpSocket;
import io.crij.linux.UnixSocket;
import io.crij.linux.abi.CloneFlags;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.program.Arch;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Init;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Program;
import io.crij.oci.program.ProgramBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes sockets in network namespaces of pods. A JVM cannot enter one; a syscall program can: it goes there, makes an
/// unconnected socket of each family, passes them back and ends. A socket stays in the namespace it was made in.
final class PodSockets implements AutoCloseable {
    private static final int BACK = 3;
    private static final int NAMESPACE = 4;
    private static final int PROGRAM = 5;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int FAILURE_BYTES = 8;

    private final Init init;
    private final Program program;

    /// @param folder for what `init` may need to be executable
    PodSockets(Path folder) throws IOException {
        init = new Init(folder);
        program = program();
    }

    private static Program program() {
        var p = new ProgramBuilder(Arch.host(), BACK);
        var socket = p.register("socket");
        p.call(
                "join the pod's network namespace",
                Call.SETNS,
                Operand.of(NAMESPACE, "namespace"),
                Operand.of(CloneFlags.CLONE_NEWNET, "NEWNET"));
        pass(p, TcpSocket.AF_INET, "AF_INET", socket);
        pass(p, TcpSocket.AF_INET6, "AF_INET6", socket);
        p.call("end", Call.EXIT_GROUP, Operand.of(0));
        return p.build();
    }

    private static void pass(ProgramBuilder p, int family, String name, Register socket) {
        var without = p.label("without" + name);
        p.call(
                        "make a socket of " + name,
                        Call.SOCKET,
                        Operand.of(family, name),
                        Operand.of(TcpSocket.TYPE, "STREAM|NONBLOCK|CLOEXEC"),
                        Operand.of(0))
                .into(socket)
                .tolerate(Errno.EAFNOSUPPORT);
        p.branch(socket, Condition.LESS, Operand.of(0), without);
        Constant control = p.struct(
                "{SCM_RIGHTS}", 24, b -> b.putLong(20).putInt(SOL_SOCKET).putInt(SCM_RIGHTS));
        Constant vector = p.longs("{1 byte}", ProgramBuilder.address(control), 1);
        Constant message = p.struct(
                "{1 descriptor}",
                56,
                b -> b.putLong(16, vector.value())
                        .putLong(24, 1)
                        .putLong(32, control.value())
                        .putLong(40, 24));
        p.store(ProgramBuilder.offset(control, 16), socket, 4);
        p.call("pass the socket back", Call.SENDMSG, Operand.of(BACK, "back"), message, Operand.of(0));
        p.place(without);
    }

    /// Unconnected sockets, IPv4 first; the caller's to close.
    ///
    /// @param namespace path of the network namespace
    List<TcpSocket> make(Path namespace, Poller poller) throws IOException, InterruptedException {
        int pid;
        try (Fd target = Fd.open(namespace.toString(), FileFlags.O_RDONLY);
                var pair = UnixSocket.pair(UnixSocket.Kind.SEQPACKET)) {
            try (var child = pair.second()) {
                pid = init.start(program, "crij-socket", Map.of(BACK, child.fd(), NAMESPACE, target), PROGRAM);
            }
            try (var watched = poller.watch(pair.first().fd())) {
                return collect(pair.first(), watched);
            } finally {
                ChildExit.await(pid);
            }
        } catch (ErrnoException e) {
            throw new IOException("Tried to make a socket in " + namespace + " but " + e.getMessage(), e);
        }
    }

    private List<TcpSocket> collect(UnixSocket back, PolledFd watched) throws IOException, InterruptedException {
        var made = new ArrayList<TcpSocket>();
        while (true) {
            UnixSocket.Message message;
            try {
                message = back.receive(FAILURE_BYTES);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EAGAIN) {
                    throw e;
                }
                await(watched, made);
                continue;
            }
            if (message.bytes().length == 0 && message.descriptors().isEmpty()) {
                return made;
            }
            if (message.descriptors().isEmpty()) {
                made.forEach(TcpSocket::close);
                var failure = ByteBuffer.wrap(message.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                throw new ErrnoException(
                        program.call(failure.getInt(0)), failure.getInt(4), program.about(failure.getInt(0)));
            }
            message.descriptors().forEach(fd -> made.add(new TcpSocket(fd)));
        }
    }

    private static void await(PolledFd watched, List<TcpSocket> made) throws InterruptedException {
        try {
            watched.awaitReadable();
        } catch (InterruptedException e) {
            made.forEach(TcpSocket::close);
            throw e;
        }
    }

    @Override
    public void close() {
        init.close();
    }
}
