package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "delete", mixinStandardHelpOptions = true, description = "Removes what is left of a container.")
final class Delete implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Option(
            names = {"--force", "-f"},
            description = "Kill it first; an unknown one is no error.")
    private boolean force;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        command.runtime().delete(id, force);
        return 0;
    }
}
