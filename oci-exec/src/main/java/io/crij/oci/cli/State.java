package io.crij.oci.cli;

import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.StateJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "state", mixinStandardHelpOptions = true, description = "Prints the state of a container as JSON.")
final class State implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Parameters(paramLabel = "ID")
    private String id;

    @Override
    public Integer call() throws OciException, IOException {
        ContainerState state = command.runtime().state(id);
        byte[] json = StateJson.forCommand(state, ListContainers.rootfs(state));
        command.out().println(new String(json, StandardCharsets.UTF_8));
        return 0;
    }
}
