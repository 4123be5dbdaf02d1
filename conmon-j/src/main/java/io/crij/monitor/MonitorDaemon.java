package io.crij.monitor;

import io.crij.linux.CgroupTree;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;

/// The monitor of a node: takes over what is there, then serves its socket. One per state folder. Closing it stops the
/// serving and leaves containers and shims alone.
public final class MonitorDaemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MonitorDaemon.class.getName());

    private final Path socket;
    private final UserPrincipal self;
    private final Fd instance;
    private final Readiness readiness;
    private final LogWriters writers = new LogWriters();
    private final Containers containers;
    private final Monitor monitor;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final ServerSocketChannel server;
    private volatile boolean closing;

    /// Takes over and begins to serve.
    ///
    /// @param socket made with mode 0600; only the user that the monitor runs as may connect
    /// @param state the state folder, `/run/crij`
    /// @param shutdown called when a client asks the monitor to end
    /// @throws IOException when another monitor has that state folder, or the socket cannot be made
    public MonitorDaemon(Path socket, Path state, Handlers handlers, Runnable shutdown) throws IOException {
        this.socket = socket;
        Files.createDirectories(state);
        self = Files.getOwner(Path.of("/proc/self"));
        instance = claim(state);
        RecordFolder folder = new RecordFolder(state);
        Subscribers subscribers = new Subscribers();
        containers = new Containers(folder, subscribers);
        readiness = new Readiness();
        Supervision supervision =
                new Supervision(containers, folder, readiness, writers, new OomCounter(CgroupTree.detect()));
        monitor =
                new Monitor(containers, subscribers, handlers, supervision, readiness, new ExecNotes(folder), shutdown);
        new TakeOver(containers, folder, handlers, supervision).run();
        server = listen(socket);
        Thread.ofVirtual().name("accept").start(this::accept);
    }

    private static Fd claim(Path state) throws IOException {
        Path file = state.resolve("conmon.lock");
        Fd lock = Fd.open(file.toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600);
        if (!lock.tryLock()) {
            lock.close();
            throw new IOException("Tried to be the monitor of " + state + " but another conmon-j is (it holds " + file
                    + "). There is one per node: systemctl status conmon-j");
        }
        return lock;
    }

    /// The socket is bound in a folder of our own and moved: at no time can others connect.
    private static ServerSocketChannel listen(Path socket) throws IOException {
        Path folder = socket.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path narrow = Files.createTempDirectory(
                folder, ".c", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path fresh = narrow.resolve("s");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
            return server;
        } catch (IOException e) {
            server.close();
            Files.deleteIfExists(fresh);
            throw new IOException("Tried to listen on " + socket + " but " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(narrow);
        }
    }

    private void accept() {
        while (!closing) {
            try {
                serve(server.accept());
            } catch (IOException e) {
                if (!closing) {
                    LOG.log(System.Logger.Level.ERROR, "clients cannot connect any more: " + e.getMessage(), e);
                }
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        Session session = new Session(channel, monitor);
        if (!mayConnect(channel)) {
            session.close();
            return;
        }
        sessions.add(session);
        Thread.ofPlatform().daemon().name("session").start(() -> {
            try {
                session.serve();
            } finally {
                sessions.remove(session);
            }
        });
    }

    private boolean mayConnect(SocketChannel channel) {
        try {
            UserPrincipal peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            if (!peer.equals(self)) {
                LOG.log(System.Logger.Level.WARNING, "user " + peer + " may not connect to " + socket);
            }
            return peer.equals(self);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client went before it was known who it is", e);
            return false;
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            Files.deleteIfExists(socket);
            server.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing the socket failed", e);
        }
        sessions.forEach(Session::close);
        writers.close();
        readiness.close();
        containers.all().forEach(LiveContainer::letGo);
        instance.close();
    }
}
