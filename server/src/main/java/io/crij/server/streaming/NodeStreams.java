package io.crij.server.streaming;

import io.crij.linux.TcpSocket;
import io.crij.oci.spec.Process;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The containers and pods of this node as a source of streams. Everything is looked up when the client comes: what was
/// there when the token was given may have gone.
public final class NodeStreams implements StreamSource, AutoCloseable {
    private final Containers containers;
    private final Pods pods;
    private final PodSockets sockets;

    /// @param folder for what `init` may need to be executable
    public NodeStreams(Pods pods, Containers containers, Path folder) throws IOException {
        this.containers = containers;
        this.pods = pods;
        this.sockets = new PodSockets(folder);
    }

    @Override
    public Optional<String> obstacle(StreamRequest request) {
        try {
            return switch (request) {
                case StreamRequest.Exec exec -> unlessRunning(exec.containerId());
                case StreamRequest.Attach attach -> unlessRunning(attach.containerId());
                case StreamRequest.PortForward forward ->
                    pods.find(forward.podId()).ready()
                            ? Optional.empty()
                            : Optional.of("pod " + forward.podId() + " is not running");
            };
        } catch (SandboxException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> unlessRunning(String id) throws SandboxException {
        return containers.find(id).status().running()
                ? Optional.empty()
                : Optional.of("container " + id + " is not running");
    }

    @Override
    public CommandProcess exec(StreamRequest.Exec request) throws SandboxException, InterruptedException {
        var wants = request.wants();
        var process = process(containers.spec(request.containerId()).process(), request);
        return new CommandProcess.Monitored(containers.exec(request.containerId(), process, wants.stdin()));
    }

    private static Process process(@Nullable Process first, StreamRequest.Exec request) {
        return (first == null ? Process.EMPTY : first).with(p -> {
            p.args = request.command();
            p.terminal = request.wants().tty();
            p.consoleSize = null;
            if (request.wants().tty() && p.env.stream().noneMatch(entry -> entry.startsWith("TERM="))) {
                p.env = new ArrayList<>(p.env);
                p.env.add("TERM=xterm");
            }
        });
    }

    @Override
    public CommandProcess attach(StreamRequest.Attach request) throws SandboxException, InterruptedException {
        var wants = request.wants();
        return new CommandProcess.Monitored(
                containers.attach(request.containerId(), wants.stdin(), wants.stdout(), wants.stderr()));
    }

    @Override
    public TcpSocket connect(String podId, int port, Poller poller) throws IOException, InterruptedException {
        PodRecord pod;
        try {
            pod = pods.find(podId);
        } catch (SandboxException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (!pod.ready()) {
            throw new IOException("pod " + podId + " is not running");
        }
        return new LocalConnect(poller, port).first(sockets(pod.paths().net(), poller));
    }

    private List<TcpSocket> sockets(@Nullable Path namespace, Poller poller) throws IOException, InterruptedException {
        return namespace == null ? LocalConnect.hostSockets() : sockets.make(namespace, poller);
    }

    @Override
    public void close() {
        sockets.close();
    }
}
