package io.crij.server.rpc;

import io.crij.cri.v1.ExecRequest;
import io.crij.cri.v1.ExecResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.streaming.StreamRequest;
import io.crij.server.streaming.StreamingServer;

/// Prepares a URL under which a command runs in a container.
final class Exec {
    private final Containers containers;
    private final StreamingServer streaming;

    Exec(Containers containers, StreamingServer streaming) {
        this.containers = containers;
        this.streaming = streaming;
    }

    ExecResponse call(ExecRequest request) throws SandboxException {
        if (request.getCmdList().isEmpty()) {
            throw new SandboxException.Invalid("cmd", "", "a command is needed");
        }
        var wants = StreamChecks.wants(request.getTty(), request.getStdin(), request.getStdout(), request.getStderr());
        var id = containers
                .findRunning(request.getContainerId(), "run a command in")
                .id();
        var url = StreamChecks.url(streaming, new StreamRequest.Exec(id, request.getCmdList(), wants));
        return ExecResponse.newBuilder().setUrl(url).build();
    }
}
