package io.crij.shim;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.crij.linux.Errno;
import io.crij.linux.WindowSize;
import io.crij.oci.command.Complaint;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.shim.proto.CloseIORequest;
import io.crij.shim.proto.ConnectResponse;
import io.crij.shim.proto.CreateTaskRequest;
import io.crij.shim.proto.CreateTaskResponse;
import io.crij.shim.proto.DeleteRequest;
import io.crij.shim.proto.ExecProcessRequest;
import io.crij.shim.proto.IdRequest;
import io.crij.shim.proto.KillRequest;
import io.crij.shim.proto.Moment;
import io.crij.shim.proto.PidsResponse;
import io.crij.shim.proto.ResizePtyRequest;
import io.crij.shim.proto.ShutdownRequest;
import io.crij.shim.proto.StartRequest;
import io.crij.shim.proto.StartResponse;
import io.crij.shim.proto.StateRequest;
import io.crij.shim.proto.StateResponse;
import io.crij.shim.proto.UpdateTaskRequest;
import io.crij.shim.proto.WaitRequest;
import io.crij.shim.proto.WaitResponse;
import io.crij.ttrpc.TtrpcException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The calls of containerd's task service about one container, at the shim that has it. An exec is told apart by its
/// id, the container's own process has the empty one. Each call ends within its time.
final class Task {
    private final ShimLinks links;
    private final ShimAddress address;
    private final ShimSettings settings;
    private final String id;

    Task(ShimLinks links, ShimAddress address, ShimSettings settings, String id) {
        this.links = links;
        this.address = address;
        this.settings = settings;
        this.id = id;
    }

    /// Nobody serves at the shim's address any more.
    static final class ShimGone extends IOException {
        ShimGone(String what, Throwable cause) {
            super(what + ": " + cause.getMessage(), cause);
        }
    }

    ConnectResponse connect() throws OciException, InterruptedException {
        return call("Connect", idRequest(), ConnectResponse.parser(), settings.time());
    }

    /// @return the pid that the shim gives, which need not be the container's own
    int create(CreateTaskRequest request) throws OciException, InterruptedException {
        return call("Create", request, CreateTaskResponse.parser(), settings.createTime())
                .getPid();
    }

    int start(String exec) throws OciException, InterruptedException {
        var request = StartRequest.newBuilder().setId(id).setExecId(exec).build();
        return call("Start", request, StartResponse.parser(), settings.createTime())
                .getPid();
    }

    void exec(ExecProcessRequest request) throws OciException, InterruptedException {
        call("Exec", request, settings.createTime());
    }

    void kill(String exec, int signal, boolean all) throws OciException, InterruptedException {
        var request = KillRequest.newBuilder()
                .setId(id)
                .setExecId(exec)
                .setSignal(signal)
                .setAll(all)
                .build();
        call("Kill", request, settings.time());
    }

    void delete(String exec) throws OciException, InterruptedException {
        var request = DeleteRequest.newBuilder().setId(id).setExecId(exec).build();
        call("Delete", request, settings.time());
    }

    void resize(String exec, WindowSize size) throws OciException, InterruptedException {
        var request = ResizePtyRequest.newBuilder()
                .setId(id)
                .setExecId(exec)
                .setWidth(size.columns())
                .setHeight(size.rows())
                .build();
        call("ResizePty", request, settings.time());
    }

    void closeInput(String exec) throws OciException, InterruptedException {
        var request = CloseIORequest.newBuilder()
                .setId(id)
                .setExecId(exec)
                .setStdin(true)
                .build();
        call("CloseIO", request, settings.time());
    }

    void pause() throws OciException, InterruptedException {
        call("Pause", idRequest(), settings.time());
    }

    void resume() throws OciException, InterruptedException {
        call("Resume", idRequest(), settings.time());
    }

    void update(byte[] resources) throws OciException, InterruptedException {
        var request = UpdateTaskRequest.newBuilder()
                .setId(id)
                .setResources(ShimOptions.spec("LinuxResources", resources))
                .build();
        call("Update", request, settings.time());
    }

    List<Integer> pids() throws OciException, InterruptedException {
        return call("Pids", idRequest(), PidsResponse.parser(), settings.time()).getProcessesList().stream()
                .map(PidsResponse.Process::getPid)
                .toList();
    }

    StateResponse.Status status() throws OciException, InterruptedException {
        var request = StateRequest.newBuilder().setId(id).build();
        return call("State", request, StateResponse.parser(), settings.time()).getStatus();
    }

    /// The shim ends if it has no containers any more, perhaps before its answer.
    void shutdown() throws OciException, InterruptedException {
        try {
            call("Shutdown", ShutdownRequest.newBuilder().setId(id).build(), settings.time());
        } catch (StepFailed e) {
            if (e.errno() != Errno.ECONNRESET && e.errno() != Errno.ECONNREFUSED) {
                throw e;
            }
        }
    }

    /// Waits for as long as it takes.
    ExitStatus await(String exec) throws OciException, ShimGone, InterruptedException {
        return await(exec, Duration.ZERO);
    }

    /// @param atMost zero is without end
    /// @throws ShimGone when the shim ends before
    ExitStatus await(String exec, Duration atMost) throws OciException, ShimGone, InterruptedException {
        var request = WaitRequest.newBuilder().setId(id).setExecId(exec).build();
        try {
            var response = WaitResponse.parseFrom(links.get(address).call("Wait", request, atMost));
            return new ExitStatus(response.getExitStatus(), instant(response.getExitedAt()));
        } catch (TtrpcException.Closed | InvalidProtocolBufferException e) {
            throw new ShimGone(what("Wait"), e);
        } catch (TtrpcException e) {
            throw translated("Wait", e);
        } catch (IOException e) {
            throw new ShimGone(what("Wait"), e);
        }
    }

    private static Instant instant(Moment moment) {
        return moment.getSeconds() <= 0 ? Instant.now() : Instant.ofEpochSecond(moment.getSeconds(), moment.getNanos());
    }

    private IdRequest idRequest() {
        return IdRequest.newBuilder().setId(id).build();
    }

    private void call(String method, MessageLite request, Duration time) throws OciException, InterruptedException {
        raw(method, request, time);
    }

    private <T> T call(String method, MessageLite request, Parser<T> answer, Duration time)
            throws OciException, InterruptedException {
        try {
            return answer.parseFrom(raw(method, request, time));
        } catch (InvalidProtocolBufferException e) {
            throw new StepFailed(what(method) + " was answered with what is no message: " + e.getMessage(), 0, e);
        }
    }

    private byte[] raw(String method, MessageLite request, Duration time) throws OciException, InterruptedException {
        try {
            return links.get(address).call(method, request, time);
        } catch (TtrpcException e) {
            throw translated(method, e);
        } catch (IOException e) {
            throw new StepFailed(
                    what(method) + " failed: its shim does not serve at " + address.socket() + " any more: "
                            + e.getMessage(),
                    Errno.ECONNREFUSED,
                    e);
        }
    }

    private OciException translated(String method, TtrpcException e) {
        return switch (e) {
            case TtrpcException.Refused refused -> refused(method, refused);
            case TtrpcException.TimedOut _ -> new TimedOut(what(method), timeOf(method));
            case TtrpcException.Closed _, TtrpcException.TooLarge _ ->
                new StepFailed(what(method) + " failed: " + e.getMessage(), Errno.ECONNRESET, e);
        };
    }

    private OciException refused(String method, TtrpcException.Refused refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.code()) {
            case NOT_FOUND -> new NotFound(id);
            // the shim knows the time of a call too, and may be the first to see it over
            case DEADLINE_EXCEEDED -> new TimedOut(what(method), timeOf(method));
            case ALREADY_EXISTS -> new AlreadyExists(id);
            case FAILED_PRECONDITION -> new WrongState(what(method) + " was refused: " + message);
            case UNIMPLEMENTED -> new OciException.Unsupported(what(method) + " was refused: " + message);
            default -> Complaint.of(id, what(method), message);
        };
    }

    private Duration timeOf(String method) {
        return switch (method) {
            case "Create", "Start", "Exec" -> settings.createTime();
            default -> settings.time();
        };
    }

    private String what(String method) {
        return method + " (handler " + settings.name() + ") of container " + id;
    }
}
