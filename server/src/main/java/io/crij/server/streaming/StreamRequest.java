package io.crij.server.streaming;

import java.util.List;

/// What a stream token stands for: a request of the CRI, checked, with all its parameters. The client that comes with
/// the token cannot change any of them.
public sealed interface StreamRequest {
    /// First part of the URL's path.
    String kind();

    /// A command to run in a container.
    record Exec(String containerId, List<String> command, Wants wants) implements StreamRequest {
        @Override
        public String kind() {
            return "exec";
        }
    }

    /// A container whose streams are joined.
    record Attach(String containerId, Wants wants) implements StreamRequest {
        @Override
        public String kind() {
            return "attach";
        }
    }

    /// A pod whose ports are reached; `ports` is what clients without stream headers may use, in their order.
    record PortForward(String podId, List<Integer> ports) implements StreamRequest {
        @Override
        public String kind() {
            return "portforward";
        }
    }

    /// Which streams there are. With a terminal there is no standard error.
    record Wants(boolean tty, boolean stdin, boolean stdout, boolean stderr) {}
}
