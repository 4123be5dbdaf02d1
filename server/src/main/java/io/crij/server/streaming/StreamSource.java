package io.crij.server.streaming;

import io.crij.linux.TcpSocket;
import java.io.IOException;
import java.util.Optional;

/// Where streams come from: the containers and pods of this node.
public interface StreamSource {
    /// Why what the request names cannot be streamed now; empty when it can.
    Optional<String> obstacle(StreamRequest request);

    /// @throws Exception the message says why it does not run
    CommandProcess exec(StreamRequest.Exec request) throws Exception;

    /// @throws Exception the message says why it cannot be attached to
    CommandProcess attach(StreamRequest.Attach request) throws Exception;

    /// Connects to a port of a pod's own network, as a process in the pod would through `localhost`.
    TcpSocket connect(String podId, int port, Poller poller) throws IOException, InterruptedException;
}
