package io.crij.server.cli;

import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The root of the `crij` command line; every verb is a class of its own in this package.
@Command(
        name = "crij",
        mixinStandardHelpOptions = true,
        versionProvider = Build.class,
        description = "A Kubernetes container runtime (CRI v1).",
        subcommands = {
            Serve.class,
            Check.class,
            ConfigCommand.class,
            VersionCommand.class,
            Pull.class,
            Load.class,
            ImageList.class,
            ImageRemove.class,
            Run.class,
            Exec.class,
            Attach.class,
            PortForward.class,
            LogsCommand.class,
            PodList.class,
            ContainerList.class,
            Inspect.class,
            Stop.class,
            Remove.class,
            Completion.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the request failed",
            "2:the command line is wrong",
            "3:no server answers at the endpoint",
            "4:no such pod, container or image",
            "5:it took longer than allowed",
            "78:the configuration is wrong (serve)",
            "125:of run and exec: crij failed, mostly before the command ran; their other codes are the command's",
            "141:nobody reads the output any more"
        })
public final class CrijCommand {

    /// Runs a command line as the program does; returns its exit code.
    public static int run(String... words) {
        var output = Output.install();
        var line = commandLine();
        return output.exitCode(line.execute(words), line.getErr());
    }

    /// Every verb with its options.
    static CommandLine commandLine() {
        var line = new CommandLine(new CrijCommand());
        line.setExecutionExceptionHandler((e, command, parsed) -> Failures.report(e, command));
        line.setUsageHelpAutoWidth(true);
        // what follows the image or container belongs to the command that is run there
        line.getSubcommands()
                .forEach((name, verb) ->
                        verb.setStopAtPositional(Set.of("run", "exec").contains(name)));
        return line;
    }
}
