package io.crij.server.rpc;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.ExecSyncRequest;
import io.crij.cri.v1.ExecSyncResponse;
import io.crij.oci.spec.Process;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Runs a command in a container as the container's own process runs: same user, environment, folder, capabilities.
final class ExecSync {
    /// Per stream. What comes after is dropped, so that a command cannot exhaust the node's memory (CVE-2022-1708).
    private static final long OUTPUT_LIMIT = 16 << 20;

    /// A hundred years; more would overflow a nanosecond clock.
    private static final long LONGEST_SECONDS = 100L * 365 * 24 * 3600;

    private final Containers containers;

    ExecSync(Containers containers) {
        this.containers = containers;
    }

    ExecSyncResponse call(ExecSyncRequest request) throws SandboxException, InterruptedException {
        if (request.getCmdList().isEmpty()) {
            throw new SandboxException.Invalid("cmd", "", "a command is needed");
        }
        if (request.getTimeout() < 0) {
            throw new SandboxException.Invalid("timeout", "" + request.getTimeout(), "must not be negative");
        }
        var container = containers.find(request.getContainerId());
        var process = process(containers.spec(container.id()).process(), container, request);
        var timeout = Duration.ofSeconds(Math.min(request.getTimeout(), LONGEST_SECONDS));
        var result = containers.execSync(container.id(), process, timeout, OUTPUT_LIMIT);
        if (result.timedOut()) {
            throw new SandboxException.TimedOut(
                    "the command \"" + String.join(" ", request.getCmdList()) + "\" in container " + container.id()
                            + " did not end within " + timeout.toSeconds() + " s and was killed",
                    timeout);
        }
        return ExecSyncResponse.newBuilder()
                .setStdout(ByteString.copyFrom(result.stdout()))
                .setStderr(ByteString.copyFrom(result.stderr()))
                .setExitCode(result.exitCode())
                .build();
    }

    private static Process process(@Nullable Process first, ContainerRecord container, ExecSyncRequest request) {
        long score = container.resources().oomScoreAdj();
        return (first == null ? Process.EMPTY : first).with(p -> {
            p.args = request.getCmdList();
            p.terminal = false;
            p.consoleSize = null;
            // it may have been changed since the container was made
            p.oomScoreAdj = score == 0 ? p.oomScoreAdj : (Integer) (int) score;
        });
    }
}
