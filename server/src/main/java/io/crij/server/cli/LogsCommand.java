package io.crij.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `crij logs`: reads the container's CRI log file, so it must run on the node itself.
@Command(name = "logs", mixinStandardHelpOptions = true, description = "Prints what a container wrote.")
final class LogsCommand implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the container ends.")
    private boolean follow;

    @Option(
            names = "--tail",
            paramLabel = "LINES",
            defaultValue = "-1",
            description = "Only the last lines of what is there.")
    private int tail;

    @Option(
            names = {"-t", "--timestamps"},
            description = "When each line was written.")
    private boolean timestamps;

    @Parameters(
            paramLabel = "CONTAINER",
            description = "Id, beginning of an id, or name; or the pod of that one container.")
    private String container = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var client = endpoint.connect()) {
            var follower = new LogFollower(
                    client, new Lookup(client).containerOrFail(container).getId());
            var file = file(follower.status().getLogPath());
            var printer = new LogPrinter(Output.bytes(), System.err, timestamps);
            try (var log = new LogTail(file)) {
                if (tail >= 0) {
                    log.skipToLast(tail, printer);
                } else {
                    log.drain(printer);
                }
                printer.flush();
                if (follow) {
                    follower.follow(log, file, printer);
                }
            }
            return ExitCode.OK;
        }
    }

    private Path file(String logPath) {
        if (logPath.isEmpty()) {
            throw new CliException(
                    ExitCode.FAILED,
                    "container " + container + " has no log: its pod was made without a log folder, or it without a"
                            + " log path");
        }
        var file = Path.of(logPath);
        if (!Files.exists(file)) {
            throw new CliException(
                    ExitCode.FAILED,
                    "Tried to read the log of container " + container + " but " + file
                            + " is not there; crij logs must run on the node itself, and a rotated log is gone"
                            + " once the kubelet has removed it");
        }
        return file;
    }
}
