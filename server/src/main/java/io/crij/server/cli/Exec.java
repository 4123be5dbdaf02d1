package io.crij.server.cli;

import static io.crij.server.cli.Failures.tryingSilently;

import io.crij.cri.v1.ExecSyncRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `crij exec`, through ExecSync: no terminal and no input; the output comes when the command has ended.
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        description = "Runs a command in a running container and prints its output when it has ended; the exit code"
                + " is the command's.")
final class Exec implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(10);

    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-t", "--time-limit"},
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
}
