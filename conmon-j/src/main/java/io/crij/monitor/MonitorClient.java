package io.crij.monitor;

import com.google.protobuf.ByteString;
import io.crij.monitor.proto.Attach;
import io.crij.monitor.proto.CancelRequest;
import io.crij.monitor.proto.Create;
import io.crij.monitor.proto.Created;
import io.crij.monitor.proto.Delete;
import io.crij.monitor.proto.Exec;
import io.crij.monitor.proto.ExecResult;
import io.crij.monitor.proto.ExecSync;
import io.crij.monitor.proto.Hello;
import io.crij.monitor.proto.Kill;
import io.crij.monitor.proto.Pause;
import io.crij.monitor.proto.Pause_;
import io.crij.monitor.proto.ReopenLog;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Request;
import io.crij.monitor.proto.Resize;
import io.crij.monitor.proto.Resume;
import io.crij.monitor.proto.Shutdown;
import io.crij.monitor.proto.Start;
import io.crij.monitor.proto.State;
import io.crij.monitor.proto.Stdio;
import io.crij.monitor.proto.Subscribe;
import io.crij.monitor.proto.Update;
import io.crij.monitor.proto.Welcome;
import io.crij.oci.runtime.Rootfs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Speaks to the container monitor over its unix socket.
///
/// Thread-safe: all calls share one connection, opened with the first call and anew after it was lost. Calls block
/// until the monitor answered. A call that is interrupted gives its request up: the monitor undoes what was done and
/// the call throws [InterruptedException]; when the answer was already on its way the call returns it and the thread
/// stays interrupted. A connection that breaks fails the calls under way with
/// [MonitorException.Code#CONNECTION_LOST]; the next call connects anew.
public final class MonitorClient implements AutoCloseable {
    /// How long an interrupted call waits for the monitor to undo.
    private static final Duration UNDO_TIME = Duration.ofSeconds(10);

    private final Path socket;
    private final String name;
    /// Changed under the lock of this object, which is held while a new one is opened.
    private volatile @Nullable Connection connection;

    private boolean closed;

    /// Does not connect yet.
    ///
    /// @param name of this client, for the monitor's log
    public MonitorClient(Path socket, String name) {
        this.socket = socket;
        this.name = name;
    }

    /// What a created container is.
    ///
    /// @param pid in the host's pid namespace
    public record CreatedContainer(int pid, Instant createdAt) {}

    public MonitorInfo hello() throws MonitorException, InterruptedException {
        Welcome welcome = call(Request.newBuilder()
                        .setHello(Hello.newBuilder().setClient(name).setProtocol(Connection.PROTOCOL)))
                .getWelcome();
        return new MonitorInfo(welcome.getVersion(), welcome.getProtocol(), welcome.getPid());
    }

    /// Whether the connection stands and the monitor has said something over it lately: then there is no need to ask.
    /// Waits for nothing.
    public boolean heardWithin(Duration time) {
        var current = connection;
        return current != null && current.isOpen() && current.silence().compareTo(time) < 0;
    }

    /// Creates a container; its process is set up and waits for [#start], unless the request starts it too.
    public CreatedContainer create(ContainerRequest request) throws MonitorException, InterruptedException {
        Created created = call(Request.newBuilder().setCreate(message(request))).getCreated();
        return new CreatedContainer(created.getPid(), Nanos.toInstant(created.getCreatedAt()));
    }

    public void start(String id) throws MonitorException, InterruptedException {
        call(Request.newBuilder().setStart(Start.newBuilder().setContainerId(id)));
    }

    /// @param all every process of the container's cgroup instead of the first only
    public void kill(String id, int signal, boolean all) throws MonitorException, InterruptedException {
        call(Request.newBuilder()
                .setKill(Kill.newBuilder().setContainerId(id).setSignal(signal).setAll(all)));
    }

    /// Removes what is left of a container; the log file stays. With `force` kills it first, and an unknown id is no
    /// error.
    public void delete(String id, boolean force) throws MonitorException, InterruptedException {
        call(Request.newBuilder()
                .setDelete(Delete.newBuilder().setContainerId(id).setForce(force)));
    }

    public MonitoredContainer state(String id) throws MonitorException, InterruptedException {
        Reply reply = call(Request.newBuilder().setState(State.newBuilder().setContainerId(id)));
        return MonitoredContainer.of(reply.getContainer());
    }

    public List<MonitoredContainer> list() throws MonitorException, InterruptedException {
        Reply reply = call(Request.newBuilder().setList(io.crij.monitor.proto.List.getDefaultInstance()));
        return reply.getContainers().getContainersList().stream()
                .map(MonitoredContainer::of)
                .toList();
    }

    /// Runs a process in a created or running container and collects its output.
    ///
    /// @param process OCI runtime-spec "process", JSON
    /// @param timeout zero is without end; at the end every process of the exec is killed
    /// @param outputLimit bytes kept per stream, the rest is dropped
    public ExecOutcome execSync(String id, byte[] process, Duration timeout, long outputLimit)
            throws MonitorException, InterruptedException {
        Pending pending = new Pending();
        Reply reply = call(
                Request.newBuilder()
                        .setExecSync(ExecSync.newBuilder()
                                .setContainerId(id)
                                .setProcess(ByteString.copyFrom(process))
                                .setTimeoutMs(timeout.toMillis())
                                .setOutputLimit(outputLimit)),
                pending);
        ExecResult result = reply.getExecResult();
        return new ExecOutcome(
                pending.stdout().concat(result.getStdout()).toByteArray(),
                pending.stderr().concat(result.getStderr()).toByteArray(),
                result.getExitCode(),
                result.getTimedOut());
    }

    /// Runs a process in a created or running container; its streams are the caller's. Returns when it runs.
    ///
    /// @param process OCI runtime-spec "process", JSON; its `terminal` says which streams there are
    /// @param stdin without it, and without a terminal, the process reads `/dev/null`
    public MonitorStream exec(String id, byte[] process, boolean stdin) throws MonitorException, InterruptedException {
        return MonitorStream.open(
                socket,
                name,
                descriptors -> Request.newBuilder()
                        .setExec(Exec.newBuilder()
                                .setContainerId(id)
                                .setProcess(ByteString.copyFrom(process))
                                .setStdin(stdin)
                                .setDescriptors(descriptors)));
    }

    /// Joins the streams of a container: its output from now on, its input, its terminal's size.
    public MonitorStream attach(String id, boolean stdin, boolean stdout, boolean stderr)
            throws MonitorException, InterruptedException {
        return MonitorStream.open(
                socket,
                name,
                descriptors -> Request.newBuilder()
                        .setAttach(Attach.newBuilder()
                                .setContainerId(id)
                                .setStdin(stdin)
                                .setStdout(stdout)
                                .setStderr(stderr)
                                .setDescriptors(descriptors)));
    }

    /// Opens the log file anew after a rotation; the new file is open when this returns.
    public void reopenLog(String id) throws MonitorException, InterruptedException {
        call(Request.newBuilder().setReopenLog(ReopenLog.newBuilder().setContainerId(id)));
    }

    /// @param resources OCI runtime-spec "linux.resources", JSON; absent properties stay as they are
    /// @param oomScoreAdj for every process of the container; empty: stays as it is
    public void update(String id, byte[] resources, OptionalInt oomScoreAdj)
            throws MonitorException, InterruptedException {
        var update = Update.newBuilder().setContainerId(id).setResources(ByteString.copyFrom(resources));
        oomScoreAdj.ifPresent(update::setOomScoreAdj);
        call(Request.newBuilder().setUpdate(update));
    }

    public void pause(String id) throws MonitorException, InterruptedException {
        call(Request.newBuilder().setPause(Pause.newBuilder().setContainerId(id)));
    }

    public void resume(String id) throws MonitorException, InterruptedException {
        call(Request.newBuilder().setResume(Resume.newBuilder().setContainerId(id)));
    }

    /// Sets the size of the container's terminal, in characters.
    public void resize(String id, int width, int height) throws MonitorException, InterruptedException {
        call(Request.newBuilder()
                .setResize(
                        Resize.newBuilder().setContainerId(id).setWidth(width).setHeight(height)));
    }

    /// Ends the monitor; containers go on and the next monitor takes them over.
    public void shutdown() throws MonitorException, InterruptedException {
        call(Request.newBuilder().setShutdown(Shutdown.getDefaultInstance()));
    }

    /// Streams events to the listener, over a connection of their own.
    public Subscription subscribe(MonitorListener listener) throws MonitorException {
        Connection own = Connection.open(socket, name);
        EventStream stream = new EventStream(own, listener);
        own.post(Request.newBuilder().setSubscribe(Subscribe.getDefaultInstance()), stream);
        return stream;
    }

    @Override
    public synchronized void close() {
        closed = true;
        var current = connection;
        if (current != null) {
            current.close();
        }
    }

    private Reply call(Request.Builder verb) throws MonitorException, InterruptedException {
        return call(verb, new Pending());
    }

    private Reply call(Request.Builder verb, Pending pending) throws MonitorException, InterruptedException {
        Connection current = connection();
        current.post(verb, pending);
        try {
            pending.await();
        } catch (InterruptedException e) {
            return giveUp(current, pending, e);
        }
        return pending.answer();
    }

    private static Reply giveUp(Connection current, Pending pending, InterruptedException interrupted)
            throws MonitorException, InterruptedException {
        current.tell(Request.newBuilder().setCancel(CancelRequest.newBuilder().setRequest(pending.id())));
        if (!pending.await(UNDO_TIME)) {
            throw interrupted;
        }
        try {
            Reply reply = pending.answer();
            Thread.currentThread().interrupt();
            return reply;
        } catch (MonitorException e) {
            if (e.code() == MonitorException.Code.CANCELLED) {
                throw interrupted;
            }
            Thread.currentThread().interrupt();
            throw e;
        }
    }

    private synchronized Connection connection() throws MonitorException {
        if (closed) {
            throw new MonitorException(
                    MonitorException.Code.CONNECTION_LOST,
                    "This client of the monitor at " + socket + " was closed",
                    0);
        }
        var current = connection;
        if (current == null || !current.isOpen()) {
            current = Connection.open(socket, name);
            connection = current;
        }
        return current;
    }

    private static Create message(ContainerRequest request) {
        Create.Builder create = Create.newBuilder()
                .setContainerId(request.id())
                .setBundle(request.bundle().toString())
                .setSpec(ByteString.copyFrom(request.spec()))
                .setHandler(request.handler())
                .setStdio(Stdio.newBuilder()
                        .setTerminal(request.streams().terminal())
                        .setStdin(request.streams().stdin())
                        .setStdinOnce(request.streams().stdinOnce()))
                .setLogPath(request.logPath() == null ? "" : request.logPath().toString())
                .putAllLabels(request.labels())
                .setStart(request.start());
        switch (request.rootfs()) {
            case Rootfs.Directory(Path path) -> create.setDirectory(path.toString());
            case Rootfs.Overlay overlay -> create.setOverlay(RootfsMessages.encode(overlay));
            case Rootfs.Pause() -> create.setPause(Pause_.getDefaultInstance());
        }
        RuntimeMessages.encode(request.runtime()).ifPresent(create::setRuntime);
        return create.build();
    }
}
