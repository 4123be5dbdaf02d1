package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.AttachRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `crij attach`: joins the streams of a running container.
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        description =
                "Shows the output of a running container from now on and, with --stdin, sends it input. With --tty,"
                        + " Ctrl-P Ctrl-Q leaves; the container runs on.")
final class Attach implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-i", "--stdin"},
            description = "Send our standard input to the container.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "The container has a terminal: use ours as it is.")
    private boolean tty;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id, beginning of an id, or name.")
    private String container = "";

    @Override
    public Integer call() {
        InteractiveStream.requireTerminal(tty);
        try (var client = endpoint.connect()) {
            var target = new Lookup(client).containerOrFail(container);
            var request = AttachRequest.newBuilder()
                    .setContainerId(target.getId())
                    .setStdin(stdin)
                    .setTty(tty)
                    .setStdout(true)
                    .setStderr(!tty)
                    .build();
            var answer = trying(
                    "attach to container " + container, () -> client.runtime().attach(request));
            return new InteractiveStream(stdin, tty, true).run(answer.getUrl());
        }
    }
}
