package io.crij.e2e;

import java.nio.file.Path;

/// A CRI server with its daemons, started from installed or built programs.
public sealed interface ServerUnderTest extends AutoCloseable permits CrijServer, ContainerdServer {
    Path socket();

    /// Starts what does not run; returns when the socket answers.
    void start();

    /// SIGKILL to the server alone; containers live on.
    void killServer();

    /// SIGTERM to the server alone.
    void stopServer();

    /// Process ids of all daemons, for measurements.
    java.util.List<Long> daemons();

    /// The end of the logs of all daemons.
    String logs();

    /// Ends everything, the containers' monitors too.
    @Override
    void close();
}
