package io.crij.oci.cli;

import io.crij.linux.Signal;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "kill", mixinStandardHelpOptions = true, description = "Sends a signal to a container.")
final class Kill implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Option(
            names = {"--all", "-a"},
            description = "To all its processes; nothing to do when it has stopped.")
    private boolean all;

    @Parameters(index = "0", paramLabel = "ID")
    private String id;

    @Parameters(index = "1", arity = "0..1", paramLabel = "SIGNAL", description = "Name or number (${DEFAULT-VALUE}).")
    private String signal = "TERM";

    @Override
    public Integer call() throws OciException, IOException {
        int number = number(signal);
        OciRuntime runtime = command.runtime();
        if (runtime.state(id).status() == Status.STOPPED) {
            if (all) {
                return 0;
            }
            // engines look for these very words
            throw new WrongState("container not running");
        }
        runtime.kill(id, number, all);
        return 0;
    }

    private static int number(String signal) throws InvalidSpec {
        if (signal.equals("0")) {
            return 0;
        }
        return Signal.parse(signal)
                .orElseThrow(
                        () -> new InvalidSpec("signal", signal, "is no signal; use a name such as TERM, or a number"))
                .number();
    }
}
