package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "start", mixinStandardHelpOptions = true, description = "Lets a created container's program run.")
final class Start implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        command.runtime().start(id);
        return 0;
    }
}
