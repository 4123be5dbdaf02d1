package io.crij.server.rpc;

import io.crij.sandbox.SandboxException;
import io.crij.server.streaming.StreamRequest;
import io.crij.server.streaming.StreamingServer;
import io.grpc.Status;

/// What exec, attach and port-forward have in common: the rules of api.proto for streams, and a URL.
final class StreamChecks {
    private StreamChecks() {}

    static StreamRequest.Wants wants(boolean tty, boolean stdin, boolean stdout, boolean stderr)
            throws SandboxException.Invalid {
        if (tty && stderr) {
            throw new SandboxException.Invalid("stderr", "true", "a terminal has no standard error; set it to false");
        }
        if (!stdin && !stdout && !stderr) {
            throw new SandboxException.Invalid("stdout", "false", "one of stdin, stdout and stderr must be true");
        }
        return new StreamRequest.Wants(tty, stdin, stdout, stderr);
    }

    static String url(StreamingServer server, StreamRequest request) {
        return server.url(request)
                .orElseThrow(() -> Status.RESOURCE_EXHAUSTED
                        .withDescription("too many URLs of streams wait for their clients; try again in a minute")
                        .asRuntimeException());
    }
}
