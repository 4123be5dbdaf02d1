package io.crij.server.nri;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.linux.Spawn;
import io.crij.linux.UnixSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A plugin that was started here: a session of its own, our standard streams, the connection as descriptor 3. A
/// platform thread of its own reaps it.
final class PluginProcess {
    private static final Logger LOG = LoggerFactory.getLogger(PluginProcess.class);
    private static final int CONNECTION = 3;
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final String id;
    private final int pid;
    private final SocketChannel connection;
    private boolean reaped;

    private PluginProcess(String id, int pid, SocketChannel connection) {
        this.id = id;
        this.pid = pid;
        this.connection = connection;
    }

    /// @param folder for the moment in which both ends are connected
    /// @return empty when it cannot be started, which is said in the log
    static Optional<PluginProcess> start(PluginPrograms.Program program, Path folder) {
        var meeting = folder.resolve("nri-" + program.id() + ".sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Files.deleteIfExists(meeting);
            listener.bind(UnixDomainSocketAddress.of(meeting));
            try (var theirs = UnixSocket.connect(meeting.toString(), UnixSocket.Kind.STREAM)) {
                int pid = new Spawn(program.file().toString())
                        .environment(List.of(
                                "PATH=" + PATH,
                                "NRI_PLUGIN_NAME=" + program.name(),
                                "NRI_PLUGIN_IDX=" + program.index(),
                                "NRI_PLUGIN_SOCKET=" + CONNECTION))
                        .descriptor(CONNECTION, theirs.fd())
                        .newSession()
                        .start();
                // it has been waiting since theirs connected
                var process = new PluginProcess(program.id(), pid, listener.accept());
                Thread.ofPlatform().name("nri-plugin-" + program.id()).daemon().start(process::reap);
                return Optional.of(process);
            } finally {
                Files.deleteIfExists(meeting);
            }
        } catch (IOException e) {
            LOG.warn("NRI plugin {} is not started: {}", program.file(), e.getMessage());
            return Optional.empty();
        }
    }

    SocketChannel connection() {
        return connection;
    }

    private void reap() {
        try {
            var exit = ChildExit.await(pid);
            LOG.info(
                    "NRI plugin {} has ended with {}",
                    id,
                    exit.signal() == 0 ? exit.code() : "signal " + exit.signal());
        } catch (ErrnoException e) {
            LOG.warn("NRI plugin {} cannot be waited for: {}", id, e.getMessage());
        }
        synchronized (this) {
            reaped = true;
            notifyAll();
        }
    }

    /// Its connection is closed, which it should end on. After a moment by force, with all of its process group.
    synchronized void end() throws InterruptedException {
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (long left = GRACE.toNanos(); !reaped && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (reaped) {
            return;
        }
        try {
            Signal.KILL.send(-pid);
        } catch (ErrnoException e) {
            LOG.debug("NRI plugin {} has ended before it was killed: {}", id, e.getMessage());
        }
    }
}
