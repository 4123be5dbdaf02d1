package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "resume", mixinStandardHelpOptions = true, description = "Lets a paused container go on.")
final class Resume implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException {
        command.runtime().resume(id);
        return 0;
    }
}
