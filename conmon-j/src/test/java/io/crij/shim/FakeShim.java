package io.crij.shim;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.crij.shim.proto.ConnectResponse;
import io.crij.shim.proto.CreateTaskRequest;
import io.crij.shim.proto.CreateTaskResponse;
import io.crij.shim.proto.ExecProcessRequest;
import io.crij.shim.proto.KillRequest;
import io.crij.shim.proto.Nothing;
import io.crij.shim.proto.ResizePtyRequest;
import io.crij.shim.proto.StartRequest;
import io.crij.shim.proto.StartResponse;
import io.crij.shim.proto.StateResponse;
import io.crij.shim.proto.WaitRequest;
import io.crij.shim.proto.WaitResponse;
import io.crij.ttrpc.StatusCode;
import io.crij.ttrpc.TtrpcException.Refused;
import io.crij.ttrpc.TtrpcServer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A shim inside the test, as a virtual machine's: a container is a process that sleeps, and so is an exec, and all
/// are told to have the pid of the machine, which they end with. It can be told to hang, to refuse, or to answer with
/// what is no message.
final class FakeShim implements AutoCloseable {
    final Set<String> hangs = ConcurrentHashMap.newKeySet();
    final Map<String, Refused> refuses = new ConcurrentHashMap<>();
    final Set<String> babbles = ConcurrentHashMap.newKeySet();
    final List<String> calls = new CopyOnWriteArrayList<>();
    private final Process machine = new ProcessBuilder("sleep", "10000").start();
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final List<TtrpcServer> connections = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel server;
    private final String service;

    FakeShim(Path socket, int version) throws IOException {
        service = "containerd.task.v" + version + ".Task";
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
        machine.onExit().thenRun(() -> processes.values().forEach(Process::destroyForcibly));
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                var streams = new SocketStreams("fake-shim", channel);
                var connection = new TtrpcServer("fake-shim", streams.in(), streams.out(), this::handle);
                connections.add(connection);
                Thread.ofVirtual().start(() -> {
                    try {
                        connection.serve();
                    } catch (IOException e) {
                        // the other end went
                    }
                });
            }
        } catch (IOException e) {
            // closed
        }
    }

    private byte[] handle(String called, String method, byte[] payload) throws Refused, InterruptedException {
        if (!called.equals(service)) {
            throw new Refused(StatusCode.UNIMPLEMENTED, "service " + called);
        }
        calls.add(method);
        if (hangs.contains(method)) {
            Thread.sleep(Long.MAX_VALUE);
        }
        if (refuses.containsKey(method)) {
            throw refuses.get(method);
        }
        if (babbles.contains(method)) {
            return new byte[] {-1, -1, -1, -1};
        }
        try {
            return answer(method, payload).toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new Refused(StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Refused(StatusCode.INTERNAL, String.valueOf(e.getMessage()));
        }
    }

    private MessageLite answer(String method, byte[] payload) throws IOException, Refused, InterruptedException {
        return switch (method) {
            case "Connect" -> ConnectResponse.getDefaultInstance();
            case "Create" -> {
                begin(CreateTaskRequest.parseFrom(payload).getId());
                yield CreateTaskResponse.newBuilder().setPid(pid()).build();
            }
            case "Exec" -> {
                var request = ExecProcessRequest.parseFrom(payload);
                begin(request.getId() + "/" + request.getExecId());
                yield Nothing.getDefaultInstance();
            }
            case "Start" -> {
                StartRequest.parseFrom(payload);
                yield StartResponse.newBuilder().setPid(pid()).build();
            }
            case "Kill" -> {
                var request = KillRequest.parseFrom(payload);
                process(request.getId(), request.getExecId()).destroyForcibly();
                yield Nothing.getDefaultInstance();
            }
            case "Wait" -> {
                var request = WaitRequest.parseFrom(payload);
                int code = process(request.getId(), request.getExecId()).waitFor();
                yield WaitResponse.newBuilder().setExitStatus(code).build();
            }
            case "State" ->
                StateResponse.newBuilder()
                        .setStatus(StateResponse.Status.RUNNING)
                        .build();
            case "ResizePty" -> {
                var request = ResizePtyRequest.parseFrom(payload);
                calls.add(request.getWidth() + "x" + request.getHeight());
                yield Nothing.getDefaultInstance();
            }
            default -> Nothing.getDefaultInstance();
        };
    }

    private void begin(String key) throws IOException {
        processes.put(key, new ProcessBuilder("sleep", "10000").start());
    }

    private int pid() {
        return (int) machine.pid();
    }

    private Process process(String id, String exec) throws Refused {
        Process found = processes.get(exec.isEmpty() ? id : id + "/" + exec);
        if (found == null) {
            throw new Refused(StatusCode.NOT_FOUND, "container " + id);
        }
        return found;
    }

    long living() {
        return processes.values().stream().filter(Process::isAlive).count();
    }

    /// As when it is killed.
    void die() throws IOException {
        server.close();
        connections.forEach(TtrpcServer::close);
    }

    @Override
    public void close() throws IOException {
        die();
        machine.destroyForcibly();
        processes.values().forEach(Process::destroyForcibly);
    }
}
