package io.crij.server.rpc;

import io.crij.cri.v1.PortForwardRequest;
import io.crij.cri.v1.PortForwardResponse;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.streaming.StreamRequest;
import io.crij.server.streaming.StreamingServer;

/// Prepares a URL under which ports of a pod are reached.
final class PortForward {
    private final Pods pods;
    private final StreamingServer streaming;

    PortForward(Pods pods, StreamingServer streaming) {
        this.pods = pods;
        this.streaming = streaming;
    }

    PortForwardResponse call(PortForwardRequest request) throws SandboxException {
        for (int port : request.getPortList()) {
            if (port <= 0 || port > 0xFFFF) {
                throw new SandboxException.Invalid("port", "" + port, "must be between 1 and 65535");
            }
        }
        var pod = pods.find(request.getPodSandboxId());
        if (!pod.ready()) {
            throw new SandboxException.WrongState(
                    "tried to forward ports of pod " + pod.id() + " but it is not running");
        }
        return PortForwardResponse.newBuilder()
                .setUrl(StreamChecks.url(streaming, new StreamRequest.PortForward(pod.id(), request.getPortList())))
                .build();
    }
}
