package io.crij.server;

import io.crij.server.call.CallMetrics;
import io.crij.server.call.Calls;
import io.crij.server.call.Readiness;
import io.crij.server.config.Config;
import io.crij.server.transport.UnixServer;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CRI server: the one place where its parts are made and put together.
public final class CriServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CriServer.class);

    private final Readiness readiness = new Readiness();
    private final UnixServer socket;

    /// Takes the socket; calls answer UNAVAILABLE until [#run] has recovered what an earlier server left.
    public CriServer(Config config) throws IOException {
        var calls = new Calls(readiness, new CallMetrics(new CollectorRegistry()));
        LOG.debug("{}", calls);
        this.socket = new UnixServer(
                config.server().socket(),
                config.server().maxRequestSize().bytes(),
                config.server().maxResponseSize().bytes(),
                List.of());
        LOG.info("listening on {}", config.server().socket());
    }

    /// Recovers, then serves until [#close].
    public void run() throws IOException, InterruptedException {
        readiness.enter(new Readiness.Phase.Ready());
        socket.awaitEnd();
    }

    /// Stops serving; containers live on. Idempotent.
    @Override
    public void close() {
        readiness.enter(new Readiness.Phase.Stopping());
        socket.close();
    }
}
