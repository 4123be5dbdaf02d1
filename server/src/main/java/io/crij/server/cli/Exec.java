package io.crij.server.cli;

import static io.crij.server.cli.Failures.tryingSilently;

import io.crij.cri.v1.ExecRequest;
import io.crij.cri.v1.ExecSyncRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `crij exec`. With input or a terminal it is a stream; without, it goes through ExecSync, which can be limited in
/// time and whose output comes when the command has ended.
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        description = "Runs a command in a running container; the exit code is the command's. Without --stdin and --tty"
                + " its output comes when it has ended.")
final class Exec implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(10);

    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-i", "--stdin"},
            description = "Send our standard input to the command.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Run the command at a terminal, ours.")
    private boolean tty;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "End the command after this time; 0 is never (default).")
    private long limitSeconds;

    @Parameters(
            index = "0",
            paramLabel = "CONTAINER",
            description = "Id, beginning of an id, or name; or the pod of that one container.")
    private String container = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "The command, then its arguments.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws IOException {
        try (var client = endpoint.connect()) {
            var target = new Lookup(client).containerOrFail(container);
            if (stdin || tty) {
                return stream(client, target.getId());
            }
            var request = ExecSyncRequest.newBuilder()
                    .setContainerId(target.getId())
                    .addAllCmd(Words.command(command))
                    .setTimeout(limitSeconds)
                    .build();
            // the server ends the command; our own limit only guards against a server that hangs
            var deadline = limitSeconds > 0 ? Duration.ofSeconds(limitSeconds).plus(GRACE) : Duration.ofDays(1);
            var answer = tryingSilently(
                    "run " + command.getFirst() + " in container " + container,
                    () -> client.runtime(deadline).execSync(request));
            answer.getStdout().writeTo(System.out);
            answer.getStderr().writeTo(System.err);
            System.out.flush();
            System.err.flush();
            return answer.getExitCode();
        }
    }

    private int stream(CriClient client, String id) {
        if (limitSeconds > 0) {
            throw new CliException(ExitCode.USAGE, "--time-limit cannot be used together with --stdin or --tty");
        }
        InteractiveStream.requireTerminal(tty);
        var request = ExecRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(Words.command(command))
                .setStdin(stdin)
                .setTty(tty)
                .setStdout(true)
                .setStderr(!tty)
                .build();
        var answer = tryingSilently(
                "run " + command.getFirst() + " in container " + container,
                () -> client.runtime().exec(request));
        return new InteractiveStream(stdin, tty, false).run(answer.getUrl());
    }
}
