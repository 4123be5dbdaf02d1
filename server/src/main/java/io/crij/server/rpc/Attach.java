package io.crij.server.rpc;

import io.crij.cri.v1.AttachRequest;
import io.crij.cri.v1.AttachResponse;
import io.crij.sandbox.Containers;
import io.crij.sandbox.SandboxException;
import io.crij.server.streaming.StreamRequest;
import io.crij.server.streaming.StreamingServer;

/// Prepares a URL under which a running container's streams are joined.
final class Attach {
    private final Containers containers;
    private final StreamingServer streaming;

    Attach(Containers containers, StreamingServer streaming) {
        this.containers = containers;
        this.streaming = streaming;
    }

    AttachResponse call(AttachRequest request) throws SandboxException {
        var wants = StreamChecks.wants(request.getTty(), request.getStdin(), request.getStdout(), request.getStderr());
        var id = containers.findRunning(request.getContainerId(), "attach to").id();
        return AttachResponse.newBuilder()
                .setUrl(StreamChecks.url(streaming, new StreamRequest.Attach(id, wants)))
                .build();
    }
}
