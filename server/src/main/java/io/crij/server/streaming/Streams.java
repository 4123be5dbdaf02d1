package io.crij.server.streaming;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs what clients came for, each on a virtual thread of its own.
final class Streams {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final StreamSource source;
    private final Poller poller;

    Streams(StreamSource source, Poller poller) {
        this.source = source;
        this.poller = poller;
    }

    /// What is done before the process begins.
    @FunctionalInterface
    interface Greeting {
        /// False: the client did not do its part.
        boolean run() throws ClientGone, InterruptedException;
    }

    Optional<String> obstacle(StreamRequest request) {
        return source.obstacle(request);
    }

    void exec(StreamRequest.Exec request, CommandClient client, Greeting greeting) {
        start(client, greeting, request.wants(), false, () -> source.exec(request));
    }

    void attach(StreamRequest.Attach request, CommandClient client, Greeting greeting) {
        start(client, greeting, request.wants(), true, () -> source.attach(request));
    }

    @FunctionalInterface
    private interface Begin {
        CommandProcess run() throws Exception;
    }

    private void start(
            CommandClient client, Greeting greeting, StreamRequest.Wants wants, boolean attached, Begin begin) {
        Thread.ofVirtual().name("stream").start(() -> {
            try {
                if (greeting.run()) {
                    run(client, wants, attached, begin);
                } else {
                    client.link().close();
                }
            } catch (ClientGone | InterruptedException e) {
                LOG.debug("a streaming client went before anything began");
                client.link().close();
            } catch (RuntimeException e) {
                LOG.error("a stream broke", e);
                client.link().close();
            }
        });
    }

    private void run(CommandClient client, StreamRequest.Wants wants, boolean attached, Begin begin)
            throws ClientGone, InterruptedException {
        CommandProcess process;
        try {
            process = begin.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.info("a stream did not begin: {}", e.getMessage());
            client.refuseInput();
            client.finish(new Outcome.Failed(
                    (attached ? "error attaching to container: " : "error executing command in container: ")
                            + e.getMessage()));
            return;
        }
        new RemoteCommand(poller, client, process).run(wants, attached);
    }

    void forward(StreamRequest.PortForward request, int port, PortClient client) {
        Thread.ofVirtual()
                .name("port-" + port)
                .start(() -> new PortRelay(source, poller, client).run(request.podId(), port));
    }
}
